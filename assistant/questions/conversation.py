"""What a conversation has brought so far: each question, and what its answer cited. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..errors import UsageError
from ..language.terms import spoken
from ..records import Answer, Record

History = Sequence[Answer | dict[str, str]]
_REMEMBERED = 4
"""A follow-up refers to one of so many last turns."""
_FOREIGN = 400
"""Characters that are read of a message without markers."""
_QUESTION, _ANSWER = 2_000, 20_000
"""Characters that are read of a message: a caller may send megabytes, and a follow-up refers to none of them."""
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_MARKED = re.compile(r".*\[\d+\][.!?]?")
_MARKER = re.compile(r"\s?\[\d+\]")


@dataclass(frozen=True, slots=True)
class Turn(Record):
    """A question of the conversation and what its answer rests on; nothing that an answer merely says is kept."""

    question: str
    understood: str = ""
    """The question as it was searched; empty where nobody told."""
    quotes: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    """Of the articles cited, in the order of the quotes."""


def turns(history: History) -> list[Turn]:
    """The last turns of a conversation, oldest first. Raises UsageError for what is no turn.

    Of plain messages only the sentences that carry markers count, as those are what the answers cited; where no
    message has a marker the answers are another program's, and all of them count.
    """
    found: list[Turn] = []
    ours = any(isinstance(turn, dict) and _MARKER.search(str(turn.get("content", ""))) for turn in history)
    for before, now in pairwise([None, *history]):
        if isinstance(now, Answer):
            cited = now.citations if now.answered else []
            found.append(Turn(now.question, now.understood, [c.quote for c in cited], [c.title for c in cited]))
            continue
        role, content = _message(now)
        if role == "user":
            found.append(Turn(content[:_QUESTION]))
        elif found and isinstance(before, dict) and before["role"] == "user":
            quotes = _cited(content[:_ANSWER]) if ours else [content[:_FOREIGN]]
            found[-1] = Turn(found[-1].question, quotes=list(quotes))
    return [turn for turn in found if turn.question.strip()][-_REMEMBERED:]


def _message(turn: object) -> tuple[str, str]:
    if isinstance(turn, dict) and set(turn) == {"role", "content"} and turn["role"] in {"user", "assistant"}:
        return turn["role"], spoken(str(turn["content"]))
    raise UsageError(
        f"a turn of history is an Answer or {{'role': 'user' or 'assistant', 'content': …}}, not {str(turn)[:80]!r}"
    )


def _cited(content: str) -> Iterator[str]:
    for sentence in _SENTENCE.findall(content):
        if marked := _MARKED.match(sentence):
            yield _MARKER.sub("", marked[0]).strip()
