"""The 250 sentences of tests/data/hedges.jsonl with their plain twins; see test_hedges.py."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from assistant.language.syntax import parse_at_once
from assistant.records import Answer
from assistant.settings import Settings
from tests.conftest import article

Row = dict[str, Any]


@cache
def rows() -> list[Row]:
    path = Path(__file__).parent / "data" / "hedges.jsonl"
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    parse_at_once(row[form] for row in found for form in ("plain", "hedged", "lost") if form in row)
    return found


def write(settings: Settings, form: str, chosen: list[Row]) -> None:
    for row in chosen:
        article(
            settings.corpus_dir, f"{row['id']}.md", f"{row[form]} {row['context']}",
            title=json.dumps(row["title"]), published=row["published"],
        )  # fmt: skip


def lost(row: Row, answer: Answer) -> bool:
    """Whether an answer that rests on the hedged sentence lacks the words that make it one."""
    rests = any(citation.quote in row["hedged"] for citation in answer.citations)
    return rests and not all(words.lower() in answer.text.lower() for words in row["hedge"])


def tells(row: Row, answer: Answer) -> bool:
    return row["answer"].lower() in answer.text.lower()
