"""Asking the language model to point at sentences. What it says is a proposal; `grounding` decides."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_core.utils.json import parse_partial_json

from . import prompts
from .errors import ModelUnavailable
from .evidence import Evidence, numbered
from .failures import failure
from .grounding import plain
from .models import ChatModel
from .stopping import Stop, Stopped, pieces, result
from .visible import visible

_CLAIM_CHARACTERS = 400
_MOST_CLAIMS = 5
_LOGPROBS = 20
_LINKED_NUMBER = re.compile(r"\[\d+(?:\s?,\s?\d+)*\](?:\([^)\n]*\))?")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A claim and the number of the sentence it is said to rest on."""

    sentence: int
    claim: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that one call took."""

    input: int
    output: int


def propose(model: ChatModel, question: str, evidence: Sequence[Evidence], stop: Stop) -> Generator[Proposal | Usage]:
    """The model's claims, each as soon as it is whole, then what the call cost where the model tells.

    Closing the iterator stops the generation, as Stopped does. Raises ModelUnavailable when the model fails or does not
    answer in the form asked for.
    """
    chat: Any = model.chat
    if model.json_schema:
        chat = chat.bind(response_format=_response_format(len(evidence)))
    said, given = "", 0
    # LangChain's models have no common error class: each provider's client raises its own, and may have a key in it.
    try:
        with closing(pieces(chat.astream(_messages(question, evidence, "answer-claims")), stop)) as stream:
            for piece in stream:
                said += _text(piece)
                whole = _claims(said)[:-1]
                yield from _proposals(whole[given:], len(evidence))
                given = max(given, len(whole))
                if isinstance(piece, AIMessageChunk) and piece.usage_metadata:
                    yield Usage(piece.usage_metadata["input_tokens"], piece.usage_metadata["output_tokens"])
    except Stopped:
        raise
    except Exception as error:  # noqa: BLE001 - so nothing narrower would do
        raise failure(model.name, error) from None
    try:
        last = json.loads(said)["claims"]
    except (ValueError, KeyError, TypeError):
        last = None
    if isinstance(last, list):
        yield from _proposals(last[given:], len(evidence))
    elif not given:  # cut off within its first claim, or talking; after a whole claim, that one stands
        raise ModelUnavailable(
            f"the model {model.name} did not answer in the form asked for; try again or choose another llm"
        )


def certainty(model: ChatModel, question: str, evidence: Sequence[Evidence], stop: Stop) -> tuple[float, Usage]:
    """How sure the model is that one of the sentences answers the question, 0..1.

    It is asked for the number of that sentence, or 0: the mean of how likely it is to name one at all, and how likely
    the one that it would name. One token is generated; what was read for it is in the model's cache when it is asked
    for claims. A model without token probabilities counts as sure. Raises ModelUnavailable when it fails, and Stopped.
    """
    if not model.judges:
        return 1.0, Usage(0, 0)
    chat: Any = model.chat
    try:
        asking = chat.bind(logprobs=True, top_logprobs=_LOGPROBS, max_completion_tokens=1)
        said = result(asking.ainvoke(_messages(question, evidence, "answer-pointed")), stop)
    except Stopped:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        raise failure(model.name, error) from None
    tokens = ((said.response_metadata.get("logprobs") or {}).get("content") or [{}])[0].get("top_logprobs") or []
    pointed = [0.0] * (len(evidence) + 1)
    for token in tokens:
        number = token["token"].strip()
        if number.isdecimal() and int(number) < len(pointed):
            pointed[int(number)] += math.exp(token["logprob"])
    spent = said.usage_metadata or {"input_tokens": 0, "output_tokens": 0}
    usage = Usage(spent["input_tokens"], spent["output_tokens"])
    total = sum(pointed)
    return (sum(pointed[1:]) + max(pointed[1:])) / (2 * total) if total else 0.0, usage


def _messages(question: str, evidence: Sequence[Evidence], task: str) -> list[BaseMessage]:
    """What never changes comes first and the task last, so that the model's prefix cache serves the rest."""
    asked = prompts.fill("answer-question", sentences=numbered(evidence), question=question)
    return [SystemMessage(prompts.fill("answer-system")), HumanMessage(f"{asked}\n{prompts.fill(task)}")]


def _response_format(sentences: int) -> dict[str, Any]:
    """A schema that makes every pointer valid."""
    properties = {
        "sentence": {"type": "integer", "enum": list(range(1, sentences + 1))},
        "claim": {"type": "string", "maxLength": _CLAIM_CHARACTERS},
    }
    claim = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    claims = {"type": "array", "maxItems": _MOST_CLAIMS, "items": claim}
    schema = {"type": "object", "properties": {"claims": claims}, "required": ["claims"], "additionalProperties": False}
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}


def _text(piece: Any) -> str:
    content = piece.content
    if isinstance(content, str):
        return content
    return "".join(part if isinstance(part, str) else str(part.get("text", "")) for part in content)


def _claims(said: str) -> list[Any]:
    """The claims so far; the last may be half written."""
    try:
        parsed = parse_partial_json(said)
    except ValueError:
        return []
    claims = parsed.get("claims") if isinstance(parsed, dict) else None
    return claims if isinstance(claims, list) else []


def _proposals(claims: Sequence[Any], sentences: int) -> Iterator[Proposal]:
    for claim in claims[:_MOST_CLAIMS]:
        if not isinstance(claim, dict):
            continue
        number, text = claim.get("sentence"), claim.get("claim")
        if isinstance(number, int) and 1 <= number <= sentences and isinstance(text, str) and (said := _words(text)):
            yield Proposal(number, said)


def _words(claim: str) -> str:
    """A claim without images, HTML, addresses and markers of its own: a model has no business to write them."""
    said = _LINKED_NUMBER.sub("", visible(claim)[0])
    said = plain(said).replace("(link)", "")
    return re.sub(r"[,\s]*([.,;:!?])(?:\s*\1)*", r"\1", " ".join(said.split())).strip(" ,;")
