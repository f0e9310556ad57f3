"""What is kept of a conversation: its questions and what came of each. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from ..records import Answer, Filters, Record

_UNREAD = "what is kept of it is damaged"


@dataclass(frozen=True, slots=True)
class Exchange(Record):
    """A question of a kept conversation and what came of it. Without an answer it was stopped, or failed."""

    question: str
    asked: str = ""
    """When, in UTC, as ISO 8601."""
    filters: Filters | None = None
    text: str = ""
    """What was shown of the answer."""
    answer: Answer | None = None
    failure: str = ""
    """Why there is no answer, in words; empty for one that was stopped."""
    found: tuple[str, ...] = ()
    """The ids of the articles of which passages were found, as long as there is no answer that holds them."""


def is_whole(record: str) -> bool:
    """Whether an exchange can be read from its JSON."""
    try:
        Exchange.from_dict(json.loads(record))
    except (ValueError, TypeError, RecursionError):
        return False
    return True


def read(record: str) -> Exchange:
    """An exchange from its JSON; one that says so where it is damaged, so that the others can be read."""
    return Exchange.from_dict(json.loads(record)) if is_whole(record) else Exchange("?", failure=_UNREAD)


@dataclass(frozen=True, slots=True)
class Conversation(Record):
    """A conversation that is kept."""

    conversation_id: str
    name: str
    begun: str
    """When, in UTC, as ISO 8601."""
    changed: str
    exchanges: dict[int, Exchange] = field(default_factory=dict)
    """By their number, which they keep, in order; empty in a list of conversations."""
