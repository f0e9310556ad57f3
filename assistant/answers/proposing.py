"""Asking the language model to point at sentences. What it says is a proposal; `grounding` decides."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import RunnableSequence

from ..errors import ModelUnavailable
from ..finding.evidence import Evidence, numbered
from ..language_models import prompts
from ..language_models.failures import failure, status
from ..language_models.models import ChatModel
from ..language_models.stopping import Stop, Stopped, pieces, result
from .claimed import MOST, Proposal, claims_of, proposals, text_of

_CLAIM_CHARACTERS = 400
_LOGPROBS = 20
_MOST_SAID = 20_000
"""Characters that are read of what a model says: many times what it may say, thoughts before it included."""
_ENDS = frozenset("{}\n")
"""What stands at the end of a claim, or at the beginning of the next."""
_REFUSED = frozenset({400, 422, 501})
"""What servers answer that know no structured output."""
_CUT = frozenset({"length", "max_tokens"})
"""How providers call an answer that was longer than it may be."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that one call took."""

    input: int
    output: int


def propose(model: ChatModel, question: str, evidence: Sequence[Evidence], stop: Stop) -> Generator[Proposal | Usage]:
    """The model's claims, each as soon as it is whole, then what the call cost where the model tells.

    A model that can be held to a structure is; one that refuses it alone writes numbered lines, now and from then on.
    Closing the iterator stops the generation, as Stopped does. Raises ModelUnavailable when the model fails or does not
    answer in the form asked for.
    """
    stop = _in_time(model, stop)
    structured = None if model.unstructured.is_set() else _structured(model, len(evidence))
    # LangChain's models have no common error class: each provider's client raises its own, and may have a key in it.
    try:
        if structured is not None:
            try:
                yield from _said(model, structured, _messages(question, evidence, "answer-claims"), evidence, stop)
            except Exception as error:
                if status(error) not in _REFUSED:
                    raise
            else:
                return
        yield from _said(model, model.chat, _messages(question, evidence, "answer-lines"), evidence, stop)
        model.unstructured.set()  # now it is known that the structure was what it refused
    except (Stopped, ModelUnavailable):
        raise
    except Exception as error:  # noqa: BLE001 - so nothing narrower would do
        raise failure(model.name, error) from None


def _said(
    model: ChatModel, chat: Any, messages: list[BaseMessage], evidence: Sequence[Evidence], stop: Stop
) -> Generator[Proposal | Usage]:
    said, given, ended, spent = "", 0, "", Usage(0, 0)
    with closing(pieces(chat.astream(messages), stop)) as stream:
        for piece in stream:
            new = text_of(piece)[: _MOST_SAID - len(said)]
            said += new
            ended = ended or _ended(piece)
            if cost := piece.usage_metadata:  # some tell at the end, some in parts
                spent = Usage(spent.input + cost["input_tokens"], spent.output + cost["output_tokens"])
            if len(said) == _MOST_SAID:
                ended = "length"
                break
            if given >= MOST or _ENDS.isdisjoint(new):
                continue
            whole = claims_of(said, ended=False) or []
            yield from proposals(whole[given:MOST], len(evidence))
            given = max(given, len(whole))
    if spent != Usage(0, 0):
        yield spent
    last = claims_of(said, ended=ended not in _CUT)
    if last is not None:
        yield from proposals(last[given:MOST], len(evidence))
    elif not given:  # cut off within its first claim, or talking; after a whole claim, that one stands
        raise ModelUnavailable(
            f"the model {model.name} did not answer in the form asked for; try again or choose another llm"
        )


def _in_time(model: ChatModel, stop: Stop) -> Stop:
    """`stop`, which raises ModelUnavailable once the answer takes longer than it may: a word now and then is no end."""
    ends = time.monotonic() + model.seconds

    def over() -> bool:
        if time.monotonic() > ends:
            raise ModelUnavailable(
                f"the model {model.name} was not done after {model.seconds:.0f} seconds; try again, raise llm_timeout, "
                "or choose another llm"
            )
        return stop()

    return over


def _ended(piece: BaseMessage) -> str:
    """Why a model says no more, in its provider's word; empty before."""
    told = (piece.response_metadata.get(name) for name in ("finish_reason", "stop_reason", "done_reason"))
    return str(next(filter(None, told), "")).lower()


def _structured(model: ChatModel, sentences: int) -> Any:
    """The model held to a list of claims; None for one that cannot be."""
    if model.json_schema:
        schema = _schema({"enum": list(range(1, sentences + 1))}, {"maxLength": _CLAIM_CHARACTERS})
        strict = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
        return model.chat.bind(response_format=strict)
    able = model.chat.profile or {}
    options: dict[str, Any] = {"method": "json_schema"} if able.get("structured_output") else {}
    schema = _schema({}, {}) | {"title": "answer", "description": "The claims that answer the question."}
    try:
        made = model.chat.with_structured_output(schema, **options)
    except (NotImplementedError, ValueError):
        return None
    # What follows the model waits for its last word; claims are wanted as they come.
    return made.first if isinstance(made, RunnableSequence) else None


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
        said = result(asking.ainvoke(_messages(question, evidence, "answer-pointed")), _in_time(model, stop))
    except (Stopped, ModelUnavailable):
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


def _schema(number: dict[str, Any], text: dict[str, Any]) -> dict[str, Any]:
    """The form of an answer, with further conditions for the two parts of a claim where a provider knows them."""
    properties = {"sentence": {"type": "integer"} | number, "claim": {"type": "string"} | text}
    claim = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    claims = {"type": "array", "items": claim} | ({"maxItems": MOST} if number else {})
    return {"type": "object", "properties": {"claims": claims}, "required": ["claims"], "additionalProperties": False}
