"""The articles of the corpus as a list that is searched, narrowed and put in order. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ..records import Document, Removed
from .forms import picked
from .parts import rendered
from .reading import stretches

PAGE = 50
"""Articles that are shown at a time."""
_BEGINNING = 1_500
"""Characters of an article that its preview shows."""
_COLUMNS = {
    "title": lambda document: document.title.casefold(),
    "published": lambda document: document.published or date.min,
    "publisher": lambda document: (document.publisher or "").casefold(),
    "source": lambda document: document.sources[0].casefold() if document.sources else "",
    "state": lambda document: document.state,
    "size": lambda document: document.size,
}


@dataclass(frozen=True, slots=True)
class View:
    """What of the corpus is shown, and how."""

    words: str = ""
    state: str = ""
    column: str = "published"
    descending: bool = True
    at_most: int = PAGE

    def by(self, column: str) -> View:
        """The same in the order of a column; the other way round where that is the order already."""
        if column not in _COLUMNS:
            return self
        descending = not self.descending if column == self.column else column in {"published", "size"}
        return replace(self, column=column, descending=descending)

    def narrowed(self, form: Mapping[str, object]) -> View:
        """The same for what a filled-in form asks for."""
        given = picked(form)
        words, state = " ".join(given.get("words", [])), " ".join(given.get("state", []))
        return replace(self, words=words, state=state, at_most=PAGE)

    def more(self) -> View:
        """The same with more articles at a time."""
        return replace(self, at_most=self.at_most + PAGE)


def arranged(documents: Sequence[Document], view: View) -> list[Document]:
    """The documents that have all the words and the state, in order."""
    words = view.words.casefold().split()
    fitting = [
        document
        for document in documents
        if all(word in _text(document) for word in words) and _has(document, view.state)
    ]
    return sorted(fitting, key=_COLUMNS[view.column], reverse=view.descending)


def articles(documents: Sequence[Document], view: View, *, edits: bool = True) -> str:
    """The list, for somebody who may change articles, or for one who may not."""
    found = arranged(documents, view)
    shown = found[: view.at_most]
    return rendered("articles.html", documents=shown, found=len(found), total=len(documents), view=view, edits=edits)


def preview(document: Document | None, similar: Sequence[Document] = (), told: str = "", *, edits: bool = True) -> str:
    """One article: what is known of it, how it begins, and a form that corrects it."""
    if document is None:
        return rendered("preview.html", document=None, told=told)
    return rendered(
        "preview.html",
        document=document,
        stretches=stretches(document.text[:_BEGINNING]),
        cut=len(document.text) > _BEGINNING,
        similar=similar,
        told=told,
        edits=edits,
    )


def unread(failures: Mapping[str, str], removed: Sequence[Removed], *, edits: bool = True, erases: bool = True) -> str:
    """The files that are no articles, each with its reason, and what is in the trash.

    Whoever `edits` may bring that back, and whoever `erases` may delete it for good.
    """
    failed = sorted(failures.items())
    return rendered("unread.html", failures=failed, removed=removed, edits=edits, erases=erases)


def corrections(document: Document, form: Mapping[str, Any]) -> dict[str, str | None]:
    """What a filled-in form changes; an emptied field is taken back."""
    given = picked(form)
    fields = {name: " ".join(given.get(name, [])) for name in ("title", "publisher", "author", "published")}
    return {name: new or None for name, new in fields.items() if new != str(getattr(document, name) or "")}


def _text(document: Document) -> str:
    parts = (document.title, document.publisher, document.author, str(document.published or "undated"))
    return " ".join([*filter(None, parts), *document.sources]).casefold()


def _has(document: Document, state: str) -> bool:
    return {
        "": True,
        "stale": document.state == "stale",
        "undated": document.published is None,
        "similar": bool(document.similar),
        "remarks": bool(document.notes),
    }.get(state, True)
