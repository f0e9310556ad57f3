"""Users' own questions, scored: does retrieval bring the documents and words that they expect?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from .api import Assistant
from .errors import UsageError
from .records import Passage

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
    found = [_expected(line, f"{path}:{number}") for number, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        raise UsageError(f"{path} holds no question; write one JSON object a line")
    return found


def evaluate(assistant: Assistant, questions: Sequence[Expected]) -> dict[str, float]:
    """Shares of the questions, 0..1: `hit@1`, `hit@5`, `mrr@10`; and how many `questions`."""
    ranks = [_rank(question, assistant.search(question.question, k=_DEPTH)) for question in questions]
    return {
        "questions": len(ranks),
        "hit@1": mean(rank == 1 for rank in ranks),
        "hit@5": mean(rank is not None and rank <= 5 for rank in ranks),
        "mrr@10": mean(1 / rank if rank else 0.0 for rank in ranks),
    }


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
        names = {passage.source, Path(passage.source).stem, passage.title, passage.document_id}
        held = all(word.lower() in passage.text.lower() for word in expected.words)
        if (not expected.documents or names & set(expected.documents)) and held:
            return place
    return None
