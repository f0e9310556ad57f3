"""Questions that are asked within one article: "how big, in “Cindrelle plans a plant”?". Pure."""

from __future__ import annotations

import re

_WITHIN = re.compile(r"(?P<question>.+?),? (?:in|according to) “(?P<title>[^“”]{3,})”[\s?.!]*", re.DOTALL)
_QUOTES = str.maketrans("“”", "''")


def within(question: str, title: str) -> str:
    """The question, asked of the article of this title alone."""
    return f"{question.strip(' ?.!')}, in “{title.translate(_QUOTES)}”?"


def named_article(question: str) -> tuple[str, str]:
    """A question without the words that name an article, and that article's title; empty where none is named."""
    found = _WITHIN.fullmatch(question.strip())
    return (f"{found['question'].strip(' ?.!')}?", found["title"].strip()) if found else (question, "")


def is_title(title: str, named: str) -> bool:
    """Whether this is the title that a question names."""
    one, other = (" ".join(words.translate(_QUOTES).lower().split()) for words in (title, named))
    return one == other
