"""Users' own questions, scored: do passages and answers have the documents and words that they expect?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from ..api import Assistant
from ..errors import UsageError
from ..records import Answer, Citation, Passage

_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Expected:
    """A question, with the documents (file names, titles or ids) or the words that should be found."""

    question: str
    documents: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def read_questions(path: Path) -> list[Expected]:
    """The questions of a JSONL file. Raises UsageError naming the line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsageError(f"cannot read {path} ({error.strerror})") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is no text; give a file of one JSON object a line, in UTF-8") from None
    found = [_expected(line, f"{path}:{number}") for number, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        raise UsageError(f"{path} holds no question; write one JSON object a line")
    return found


def evaluate(assistant: Assistant, questions: Sequence[Expected], *, answers: bool) -> dict[str, float]:
    """Shares of the questions, 0..1, and how many `questions` there are.

    Of retrieval: `hit@1`, `hit@5`, `mrr@10`. With `answers`, of the answers too: `answered`, and
    `as_expected`, which cite an expected document and hold the expected words.
    """
    ranks = [_rank(question, assistant.search(question.question, k=_DEPTH)) for question in questions]
    score: dict[str, float] = {
        "questions": len(ranks),
        "hit@1": mean(rank == 1 for rank in ranks),
        "hit@5": mean(rank is not None and rank <= 5 for rank in ranks),
        "mrr@10": mean(1 / rank if rank else 0.0 for rank in ranks),
    }
    if answers:
        given = [(question, assistant.ask(question.question)) for question in questions]
        score["answered"] = mean(answer.answered for _, answer in given)
        score["as_expected"] = mean(_as_expected(question, answer) for question, answer in given)
    return score


def _expected(line: str, where: str) -> Expected:
    try:
        plain: dict[str, Any] = json.loads(line)
        expected = Expected(
            str(plain["question"]), tuple(map(str, plain.get("documents", ()))), tuple(map(str, plain.get("words", ())))
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{where}: not a JSON object with a question ({error})") from None
    if not expected.documents and not expected.words:
        raise UsageError(f"{where}: says neither which documents nor which words should be found")
    return expected


def _rank(expected: Expected, passages: Sequence[Passage]) -> int | None:
    """The place of the first passage that is as expected, from 1."""
    for place, passage in enumerate(passages, start=1):
        if _is_of(expected, passage) and _holds(expected, passage.text):
            return place
    return None


def _as_expected(expected: Expected, answer: Answer) -> bool:
    cited = any(_is_of(expected, citation) for citation in answer.citations)
    return cited and _holds(expected, answer.text)


def _is_of(expected: Expected, item: Passage | Citation) -> bool:
    names = {item.source, Path(item.source).stem, item.title, item.document_id}
    return not expected.documents or bool(names & set(expected.documents))


def _holds(expected: Expected, text: str) -> bool:
    return all(word.lower() in text.lower() for word in expected.words)
