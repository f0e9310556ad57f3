"""The filters of the page: a form whose fields are those of `Filters`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from ..in_words import limits_in_words
from ..records import Document, Filters, Overview
from .forms import picked
from .parts import rendered


def form(offered: Sequence[str], fitting: Sequence[Document], chosen: Filters, made: int = 0) -> str:
    """The form with the publishers offered and what is chosen; of articles only that, as they are chosen elsewhere.

    `made` is another number each time, so that the browser shows it anew, whatever was filled in since.
    """
    return rendered(
        "filters.html",
        chosen=chosen,
        made=made,
        publishers=offered,
        articles=[document for document in fitting if document.document_id in chosen.document_ids],
    )


def publishers(found: Overview) -> tuple[str, ...]:
    """The publishers that can be chosen, in the order in which people count."""
    return tuple(sorted(found.publishers, key=_natural))


def limits(chosen: Filters, fitting: Sequence[Document] | None = None) -> str:
    """The line that says what the next question is limited to; empty when it is asked of everything.

    `fitting` are the articles that it leaves, where that is known.
    """
    titles = {document.document_id: document.title for document in fitting or ()}
    count = len(fitting) if fitting is not None else None
    return rendered("limits.html", limits=limits_in_words(chosen, titles), fitting=count)


def chosen(filled_in: Mapping[str, object]) -> Filters:
    """What a filled-in form asks for. A date that is not whole yet counts as none."""
    fields = picked(filled_in)
    lines = [line.strip() for text in fields.get("sources", []) for line in text.splitlines()]
    return Filters(
        published_from=_day(fields.get("published_from", [])),
        published_to=_day(fields.get("published_to", [])),
        as_of=_day(fields.get("as_of", [])),
        publishers=tuple(fields.get("publishers", [])),
        sources=tuple(filter(None, lines)),
        document_ids=tuple(fields.get("document_ids", [])),
    )


def _natural(name: str) -> list[tuple[int, str]]:
    """Names in the order in which people count: "Desk 2" before "Desk 10"."""
    return [(int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in re.split(r"(\d+)", name)]


def _day(values: Sequence[str]) -> date | None:
    try:
        return date.fromisoformat(values[0]) if values else None
    except ValueError:
        return None
