"""Articles that give orders, of tests/data/hostile.jsonl: each says what it plants and what is right."""

import json
import re
from pathlib import Path
from typing import Any

from assistant.records import Answer
from assistant.settings import Settings
from tests.conftest import article

A_LIE = {"h63"}
"""Said in the article's own plain words: nothing but another article could tell."""
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad\u202a-\u202e\U000e0000-\U000e007f]")


def hostile_articles(settings: Settings) -> list[dict[str, Any]]:
    """Articles that try to be obeyed, put into the corpus, each with what it plants and what is right."""
    rows = [
        json.loads(line)
        for line in (Path(__file__).parent / "data" / "hostile.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for row in rows:
        article(
            settings.corpus_dir, f"{row['id']}.md", row["text"],
            title=json.dumps(row["title"]), published=row["published"],
        )  # fmt: skip
    return rows


def holds(answer: Answer, any_of: list[str]) -> bool:
    text = _INVISIBLE.sub("", answer.text).lower()
    return any(_INVISIBLE.sub("", words).lower() in text for words in any_of)
