"""The Corpus tab: adding, finding, reading, correcting and removing articles; the same calls as the command line's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import gradio as gr

from ..access import ADMIN, EDITOR, ROOT, plain_path
from ..errors import AssistantError
from ..records import Filters
from ..redaction import redacted
from ..settings import Settings
from . import shelf
from .adding import add_all, named, shown
from .backups import Backups
from .parts import part, rendered
from .shelf import View
from .talk import QUIET, TYPED, Talk
from .upkeep import Upkeep
from .uploads import guarded
from .visitors import Visitors

_FORMATS = "Markdown, text, web pages, PDF, Word, PowerPoint, Excel, CSV, mail, EPUB"
Shown = tuple[str, str, str]
"""What the notice, the list and the list of what is no article show."""


class CorpusTab:
    """Builds the tab within the layout that is open, and answers its events."""

    def __init__(self, visitors: Visitors, backups: Backups) -> None:
        self._visitors = visitors
        self._upkeep = Upkeep(visitors, backups)
        self._view = gr.State(View())

    def corpus(self) -> None:
        """The tab."""
        shown = not self._visitors.settings.sign_in  # else only to who may, once that is known
        with gr.Row(elem_id="adding-row", visible=shown) as self._adding:
            self._drop = guarded(
                gr.File(
                    label="Add articles: drop files here, or choose them",
                    file_count="multiple",
                    elem_id="add",
                    height=148,
                )
            )
            with gr.Column(elem_id="link", min_width=280):
                fetches = self._visitors.settings.fetch_urls and not self._visitors.settings.offline
                self._link = gr.Textbox(
                    label="Add a web page",
                    placeholder="https://…" if fetches else "switched off here (fetch_urls)",
                    lines=1,
                    max_lines=1,
                    interactive=fetches,
                    elem_id="address",
                )
                self._fetch = gr.Button("Add page", elem_id="fetch", size="sm", interactive=fetches)
                collections = _collections(self._visitors.settings)
                self._collection = gr.Dropdown(
                    [_choice(each, self._visitors.settings) for each in (collections if shown else [""])],
                    value="",
                    label="Collection that it goes to",
                    filterable=False,
                    visible=len(collections) > 1,
                    elem_id="collection",
                )
        self._formats = part(rendered("formats.html", formats=_FORMATS) if shown else "", name="formats")
        self._added = part(name="added")
        self._notice = part(name="notice")
        with gr.Row(elem_id="shelf"):
            with gr.Column(elem_id="list", scale=3, min_width=300):
                self._find = part(rendered("find.html"), name="find-articles")
                self._articles = part(name="articles")
                self._unread = part(name="unread")
            with gr.Column(elem_id="reading", scale=2, min_width=300):
                self._preview = part(name="preview")
        with gr.Accordion("Upkeep", open=False, elem_id="upkeep", visible=shown) as self._keeping:
            self._upkeep.upkeep()

    def listen(self, talk: Talk, tabs: gr.Tabs, tab: gr.Tab) -> None:
        """Tie the controls to what they do."""
        listed = [self._notice, self._articles, self._unread]
        quick = {**QUIET, "queue": False}
        tab.select(self._list, [self._view], [self._articles, self._unread], **QUIET)
        adding = [self._added, self._drop, self._link, self._articles, self._unread]
        self._drop.upload(self._take, [self._drop, self._collection, self._view], adding, **QUIET)
        gr.on(
            [self._fetch.click, self._link.submit],
            self._fetched,
            [self._link, self._collection, self._view],
            adding,
            **QUIET,
        )
        self._find.input(self._narrow, [self._view], [self._view, self._articles], **TYPED)
        self._articles.input(self._order, [self._view], [self._view, self._articles], **quick)
        self._articles.apply(self._more, [self._view], [self._view, self._articles], **quick)
        for each in (self._articles, self._preview):
            each.select(self._look, None, [self._preview], **quick)
            each.delete(self._remove, [self._view], [*listed, self._preview], **QUIET)
        for each in (self._notice, self._unread):
            each.undo(self._restore, [self._view], listed, **QUIET)
        self._unread.delete(self._erase, [self._view], listed, **QUIET)
        self._preview.clear(lambda: "", None, [self._preview], **quick)
        self._preview.submit(self._amend, [self._view], [self._preview, self._articles], **QUIET)
        self._preview.edit(self._ask_only(talk), None, [*talk.filters, tabs], **quick)
        self._upkeep.listen(self._list, self._view, [self._articles, self._unread])

    def _ask_only(self, talk: Talk) -> Callable[[gr.EventData, gr.Request], tuple[Any, ...]]:
        def ask_only(event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
            return (*talk.does.only(str(event.document), request), gr.Tabs(selected="ask"))

        return ask_only

    @property
    def for_some(self) -> list[Any]:
        """What is shown to who may use it, in the order of `shown_to`."""
        return [self._adding, self._collection, self._formats, self._keeping, *self._upkeep.admins_own]

    def shown_to(self, request: gr.Request) -> tuple[Any, ...]:
        """Which controls a person sees: what they may not do would only be refused."""
        person = self._visitors.of(request).person
        edits, rules = person.has(EDITOR), self._visitors.settings.collections
        scope = person.scope(rules)
        # A file in the folder stands for all that may be put there.
        seen = [
            name
            for name in _collections(self._visitors.settings)
            if scope is None or scope.sees(f"{name}/x".lstrip("/"))
        ]
        collection = gr.Dropdown(
            [_choice(name, self._visitors.settings) for name in seen],
            value=seen[0] if seen else None,
            visible=bool(rules),
        )
        formats = rendered("formats.html", formats=_FORMATS) if edits else ""
        controls = [gr.update(visible=person.has(ADMIN)) for _ in self._upkeep.admins_own]
        return gr.Row(visible=edits), collection, formats, gr.Accordion(visible=edits), *controls

    def _list(self, view: View, request: gr.Request) -> tuple[str, str]:
        try:
            assistant = self._visitors.of(request)
            documents, edits = assistant.documents(), assistant.person.has(EDITOR)
            erases = assistant.person.has(ADMIN)
            rest = shelf.unread(assistant.failures(), assistant.removed(), edits=edits, erases=erases)
        except AssistantError as error:
            return _notice(str(error), failed=True), ""
        return shelf.articles(documents, view, edits=edits), rest

    def _take(
        self, paths: list[str] | None, collection: str | None, view: View, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        given = paths or []
        for jobs in add_all(self._visitors.of(request), [named(path) for path in given], collection or ""):
            yield shown(jobs), gr.skip(), gr.skip(), gr.skip(), gr.skip()
        for path in given:
            with suppress(OSError):  # Gradio's own copy
                os.unlink(path)
        yield (gr.skip(), None, gr.skip(), *self._list(view, request))

    def _fetched(
        self, address: str, collection: str | None, view: View, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        if not address.strip():
            return
        given = [(redacted(address.strip()), _url(address.strip()))]
        for jobs in add_all(self._visitors.of(request), given, collection or ""):
            yield shown(jobs), gr.skip(), gr.skip(), gr.skip(), gr.skip()
        yield (gr.skip(), gr.skip(), "", *self._list(view, request))

    def _narrow(self, view: View, event: gr.EventData, request: gr.Request) -> tuple[View, str]:
        return self._viewed(view.narrowed(event.form), request)

    def _order(self, view: View, event: gr.EventData, request: gr.Request) -> tuple[View, str]:
        return self._viewed(view.by(str(event.column)), request)

    def _more(self, view: View, request: gr.Request) -> tuple[View, str]:
        return self._viewed(view.more(), request)

    def _viewed(self, view: View, request: gr.Request) -> tuple[View, str]:
        try:
            assistant = self._visitors.of(request)
            return view, shelf.articles(assistant.documents(), view, edits=assistant.person.has(EDITOR))
        except AssistantError as error:
            return view, _notice(str(error), failed=True)

    def _look(self, event: gr.EventData, request: gr.Request) -> str:
        return self._previewed(str(event.document), request)

    def _previewed(self, document_id: str, request: gr.Request, told: str = "") -> str:
        try:
            assistant = self._visitors.of(request)
            document = assistant.document(document_id)
            alike = tuple(document.similar)
            similar = assistant.documents(Filters(document_ids=alike)) if alike else []
        except AssistantError as error:
            return shelf.preview(None, told=str(error))
        return shelf.preview(document, similar, told, edits=assistant.person.has(EDITOR))

    def _remove(self, view: View, event: gr.EventData, request: gr.Request) -> tuple[str, str, str, str]:
        document_id = str(event.document)
        try:
            self._visitors.of(request).remove(document_id)
        except AssistantError as error:
            return (_notice(str(error), failed=True), *self._list(view, request), "")
        return (_notice(f"removed “{event.title}”", document_id), *self._list(view, request), "")

    def _restore(self, view: View, event: gr.EventData, request: gr.Request) -> Shown:
        try:
            self._visitors.of(request).restore(str(event.document))
        except AssistantError as error:
            return (_notice(str(error), failed=True), *self._list(view, request))
        return (_notice("it is back"), *self._list(view, request))

    def _erase(self, view: View, event: gr.EventData, request: gr.Request) -> Shown:
        try:
            self._visitors.of(request).remove(str(event.document), for_good=True)
        except AssistantError as error:
            return (_notice(str(error), failed=True), *self._list(view, request))
        told = "it is deleted for good, and so are kept answers that quoted it; backups may still hold it"
        return (_notice(told), *self._list(view, request))

    def _amend(self, view: View, event: gr.EventData, request: gr.Request) -> tuple[str, str]:
        document_id = str(event.document)
        try:
            assistant = self._visitors.of(request)
            changes = shelf.corrections(assistant.document(document_id), event.form)
            if changes:
                assistant.amend(document_id, **changes)
            told = "corrected" if changes else "nothing was changed"
        except AssistantError as error:
            told = str(error)
        return self._previewed(document_id, request, told), self._list(view, request)[0]


def _collections(settings: Settings) -> list[str]:
    """The collections that something may be added to; the empty name is that of the corpus folder itself."""
    return ["", *sorted(name for name in settings.collections if plain_path(name) != ROOT)]


def _choice(name: str, settings: Settings) -> tuple[str, str]:
    """A collection as the choice of one shows it; what lies in none is everyone's, unless a rule says whose it is."""
    ruled = any(plain_path(each) == ROOT for each in settings.collections)
    return name or ("none" if ruled else "none: for everyone"), name


def _notice(told: str, document_id: str = "", *, failed: bool = False) -> str:
    return rendered("notice.html", told=told, document_id=document_id, failed=failed)


def _url(address: str) -> str:
    """An address as `add` knows it: a bare host is one of the web."""
    return address if "://" in address else f"https://{address}"
