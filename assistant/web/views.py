"""What the page shows of a conversation and its sources, as HTML. Pure: every text of others is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ..in_words import ahead_in_words, limits_in_words
from ..people.feedback import News
from ..records import Citation, Document, Overview, Passage
from .parts import rendered
from .turns import Session, Turn

_MARKER = re.compile(r"\[(\d+)\]")
_HEADING = re.compile(r"(?m)^#{1,6}[ \t].*\n*")
_AROUND = 500
"""Characters of a paragraph that are shown before and after the quoted words."""
_CLOSEST = 3


@dataclass(frozen=True, slots=True)
class Card:
    """A source as its card shows it."""

    item: Citation | Passage
    quote: str
    before: str = ""
    after: str = ""
    number: int | None = None
    superseded_by: int | None = None
    labels: tuple[str, ...] = ()
    gone: bool = False


def turn(one: Turn, session: Session) -> str:
    """One turn of the conversation."""
    return rendered(
        "turn.html",
        turn=one,
        last=one == session.last,
        limits=limits_in_words(one.exchange.filters),
        paragraphs=list(paragraphs(one.exchange.text)),
        status=_status(one),
        conversation_id=session.conversation_id,
        verdict=session.verdicts.get(one.number),
    )


def past(session: Session) -> str:
    """All turns but the newest."""
    return "".join(turn(one, session) for one in session.turns[:-1])


def paragraphs(text: str) -> Iterator[list[tuple[str, int | None]]]:
    """An answer's text taken apart: in each paragraph words and the number of the marker behind them, if any."""
    for paragraph in filter(str.strip, text.split("\n\n")):
        parts = _MARKER.split(paragraph)
        yield [(words, int(number) if number else None) for words, number in zip_longest(parts[::2], parts[1::2])]


def news(found: Sequence[News]) -> str:
    """What tells somebody that questions of theirs have an answer now."""
    return rendered("news.html", news=found)


def welcome(found: Overview | None, questions: Sequence[str] = (), *, looking: bool = False, trouble: str = "") -> str:
    """The first screen: what this is, what the corpus holds, what one could ask; `found` is None while it is read."""
    return rendered(
        "welcome.html",
        found=found,
        questions=questions,
        looking=looking,
        trouble=trouble,
    )


def sources(session: Session, documents: Mapping[str, Document]) -> str:
    """The source panel. Of articles that are not among the `documents` nothing but their title is shown."""
    turns = [
        {
            "number": one.number,
            "question": one.exchange.question,
            "remark": _remark(one),
            "cards": list(_cards(one, documents)),
        }
        for one in reversed(session.turns)
        if one == session.last or one.found or (one.answer and one.answer.citations)
    ]
    return rendered("sources.html", turns=turns)


def _status(one: Turn) -> str:
    if one.ahead:
        return f"{ahead_in_words(one.ahead)} …"
    if one.exchange.text:
        return "…"
    return "Reading the closest passages …" if one.passages else "Searching the articles …"


def _remark(one: Turn) -> str:
    if one.answer and one.answer.citations:
        return ""
    if not one.found:
        return "Searching …" if one.running else "Nothing is quoted for this."
    if one.running:
        return "Reading these passages"
    return "The closest passages, which do not answer it" if one.answer else "Found before it ended"


def _cards(one: Turn, documents: Mapping[str, Document]) -> Iterator[Card]:
    cited = one.answer.citations if one.answer else []
    for citation in cited:
        around = next((p for p in one.found if _holds(p, citation)), None)
        yield Card(
            citation,
            citation.quote,
            *(_around(citation, around) if around else ("", "")),
            number=citation.number,
            superseded_by=citation.superseded_by,
            labels=tuple(_labels(citation.duplicates, documents.get(citation.document_id))),
            gone=citation.document_id not in documents,
        )
    for passage in [] if cited else one.found[:_CLOSEST]:
        if passage.document_id in documents:
            words = _cut(_HEADING.sub("", passage.text).strip(), _AROUND)
            labels = tuple(_labels(passage.duplicates, documents[passage.document_id]))
            yield Card(passage, "", before=words, labels=labels)


def _holds(passage: Passage, citation: Citation) -> bool:
    return passage.document_id == citation.document_id and passage.start <= citation.start < passage.end


def _around(citation: Citation, passage: Passage) -> tuple[str, str]:
    """What stands before and after the quoted words in their paragraph."""
    before = passage.text[: max(0, citation.start - passage.start)].rsplit("\n\n", 1)[-1]
    after = passage.text[citation.end - passage.start :].split("\n\n", 1)[0]
    before = _HEADING.sub("", before).lstrip()
    if len(before) > _AROUND:
        before = "… " + before[-_AROUND:].split(" ", 1)[-1]
    return before, _cut(after.rstrip(), _AROUND)


def _cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else text[:characters].rsplit(" ", 1)[0] + " …"


def _labels(duplicates: int, document: Document | None) -> Iterator[str]:
    if duplicates:
        yield f"also in {duplicates} other source{'s' * (duplicates != 1)}"
    if document and document.state == "stale":
        yield "an older version: the newest cannot be read"
    if document and document.similar:
        yield f"nearly the same as {len(document.similar)} other article{'s' * (len(document.similar) != 1)}"
