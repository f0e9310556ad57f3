"""What the HTTP API reads and writes, as its OpenAPI document describes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ..records import Answer, Document, Filters, Passage

MOST_BYTES = 4_000_000
"""Of what is sent, files apart: a long conversation with all its citations."""


def _in_letters(filters: Filters) -> Filters:
    """The filters. Raises ValueError where they hold half of a surrogate pair, which JSON can write."""
    json.dumps(filters.to_dict(), ensure_ascii=False).encode()
    return filters


_Filters = Annotated[Filters, AfterValidator(_in_letters)]


class _Strict(BaseModel):
    """A misspelled field is an error, not a field that is left out."""

    model_config = ConfigDict(extra="forbid")


class Message(_Strict):
    """One message of the conversation so far. Of an answer, give its `text` as it came, with the markers."""

    role: Literal["user", "assistant"]
    content: str


class AskBody(_Strict):
    """A question; with `stream`, the answer comes as server-sent events."""

    question: str = Field(examples=["who owns the model?"])
    history: list[Message] = []
    filters: _Filters | None = None
    stream: bool = False


class SearchBody(_Strict):
    """A question that only passages are wanted for."""

    question: str = Field(examples=["who owns the model?"])
    k: int = Field(5, ge=1, le=100, description="passages at most")
    history: list[Message] = []
    filters: _Filters | None = None


class Passages(BaseModel):
    """What was found, best first."""

    passages: list[Passage]


class Documents(BaseModel):
    """The articles, newest first, without their text, and the files that are none with the reason."""

    documents: list[Document]
    total: int
    """How many there are; `limit` and `offset` take a part of them."""
    failures: dict[str, str]


@dataclass(frozen=True, slots=True)
class SealedAnswer(Answer):
    """An answer with the seal that `assistant verify` knows a changed one by."""

    seal: str = ""


class Trouble(BaseModel):
    """Why there is no answer, in a line that says what to do, and the name of the error in Python."""

    error: str
    message: str


def history(messages: list[Message]) -> list[dict[str, str]]:
    """The conversation as Python callers give it."""
    return [message.model_dump() for message in messages]


def trouble(error: Exception) -> dict[str, Any]:
    """An error as a body."""
    return {"error": type(error).__name__, "message": str(error)}
