"""The Corpus tab: adding, finding, reading, correcting and removing articles; the same calls as the command line's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import gradio as gr

from ..api import Assistant
from ..errors import AssistantError
from ..records import Filters
from ..redaction import redacted
from . import shelf
from .adding import add_all, named, shown
from .parts import part, rendered
from .shelf import View
from .talk import QUIET, TYPED, Talk
from .upkeep import Upkeep
from .uploads import guarded

_FORMATS = "Markdown, text, web pages, PDF, Word, PowerPoint, Excel, CSV, mail, EPUB"
Shown = tuple[str, str, str]
"""What the notice, the list and the list of what is no article show."""


class CorpusTab:
    """Builds the tab within the layout that is open, and answers its events."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._upkeep = Upkeep(assistant)
        self._view = gr.State(View())

    def corpus(self) -> None:
        """The tab."""
        with gr.Row(elem_id="adding-row"):
            self._drop = guarded(
                gr.File(
                    label="Add articles: drop files here, or choose them",
                    file_count="multiple",
                    elem_id="add",
                    height=148,
                )
            )
            with gr.Column(elem_id="link", min_width=280):
                fetches = self._assistant.settings.fetch_urls and not self._assistant.settings.offline
                self._link = gr.Textbox(
                    label="Add a web page",
                    placeholder="https://…" if fetches else "switched off here (fetch_urls)",
                    lines=1,
                    max_lines=1,
                    interactive=fetches,
                    elem_id="address",
                )
                self._fetch = gr.Button("Add page", elem_id="fetch", size="sm", interactive=fetches)
        part(rendered("formats.html", formats=_FORMATS), name="formats")
        self._added = part(name="added")
        self._notice = part(name="notice")
        with gr.Row(elem_id="shelf"):
            with gr.Column(elem_id="list", scale=3, min_width=300):
                self._find = part(rendered("find.html"), name="find-articles")
                self._articles = part(name="articles")
                self._unread = part(name="unread")
            with gr.Column(elem_id="reading", scale=2, min_width=300):
                self._preview = part(name="preview")
        with gr.Accordion("Upkeep", open=False, elem_id="upkeep"):
            self._upkeep.upkeep()

    def listen(self, talk: Talk, tabs: gr.Tabs, tab: gr.Tab) -> None:
        """Tie the controls to what they do."""
        listed = [self._notice, self._articles, self._unread]
        quick = {**QUIET, "queue": False}
        tab.select(self._list, [self._view], [self._articles, self._unread], **QUIET)
        adding = [self._added, self._drop, self._link, self._articles, self._unread]
        self._drop.upload(self._take, [self._drop, self._view], adding, **QUIET)
        gr.on([self._fetch.click, self._link.submit], self._fetched, [self._link, self._view], adding, **QUIET)
        self._find.input(self._narrow, [self._view], [self._view, self._articles], **TYPED)
        self._articles.input(self._order, [self._view], [self._view, self._articles], **quick)
        self._articles.apply(self._more, [self._view], [self._view, self._articles], **quick)
        for each in (self._articles, self._preview):
            each.select(self._look, None, [self._preview], **quick)
            each.delete(self._remove, [self._view], [*listed, self._preview], **QUIET)
        for each in (self._notice, self._unread):
            each.undo(self._restore, [self._view], listed, **QUIET)
        self._preview.clear(lambda: "", None, [self._preview], **quick)
        self._preview.submit(self._amend, [self._view], [self._preview, self._articles], **QUIET)
        self._preview.edit(self._ask_only(talk), None, [*talk.filters, tabs], **quick)
        self._upkeep.listen(self._list, self._view, [self._articles, self._unread])

    def _ask_only(self, talk: Talk) -> Callable[[gr.EventData], tuple[Any, ...]]:
        def ask_only(event: gr.EventData) -> tuple[Any, ...]:
            return (*talk.does.only(str(event.document)), gr.Tabs(selected="ask"))

        return ask_only

    def _list(self, view: View) -> tuple[str, str]:
        try:
            documents = self._assistant.documents()
            rest = shelf.unread(self._assistant.failures(), self._assistant.removed())
        except AssistantError as error:
            return _notice(str(error), failed=True), ""
        return shelf.articles(documents, view), rest

    def _take(self, paths: list[str] | None, view: View) -> Iterator[tuple[Any, ...]]:
        given = paths or []
        for jobs in add_all(self._assistant, [named(path) for path in given]):
            yield shown(jobs), gr.skip(), gr.skip(), gr.skip(), gr.skip()
        for path in given:
            with suppress(OSError):  # Gradio's own copy
                os.unlink(path)
        yield (gr.skip(), None, gr.skip(), *self._list(view))

    def _fetched(self, address: str, view: View) -> Iterator[tuple[Any, ...]]:
        if not address.strip():
            return
        for jobs in add_all(self._assistant, [(redacted(address.strip()), _url(address.strip()))]):
            yield shown(jobs), gr.skip(), gr.skip(), gr.skip(), gr.skip()
        yield (gr.skip(), gr.skip(), "", *self._list(view))

    def _narrow(self, view: View, event: gr.EventData) -> tuple[View, str]:
        return self._viewed(view.narrowed(event.form))

    def _order(self, view: View, event: gr.EventData) -> tuple[View, str]:
        return self._viewed(view.by(str(event.column)))

    def _more(self, view: View) -> tuple[View, str]:
        return self._viewed(view.more())

    def _viewed(self, view: View) -> tuple[View, str]:
        try:
            return view, shelf.articles(self._assistant.documents(), view)
        except AssistantError as error:
            return view, _notice(str(error), failed=True)

    def _look(self, event: gr.EventData) -> str:
        return self._previewed(str(event.document))

    def _previewed(self, document_id: str, told: str = "") -> str:
        try:
            document = self._assistant.document(document_id)
            alike = tuple(document.similar)
            similar = self._assistant.documents(Filters(document_ids=alike)) if alike else []
        except AssistantError as error:
            return shelf.preview(None, told=str(error))
        return shelf.preview(document, similar, told)

    def _remove(self, view: View, event: gr.EventData) -> tuple[str, str, str, str]:
        document_id = str(event.document)
        try:
            self._assistant.remove(document_id)
        except AssistantError as error:
            return (_notice(str(error), failed=True), *self._list(view), "")
        return (_notice(f"removed “{event.title}”", document_id), *self._list(view), "")

    def _restore(self, view: View, event: gr.EventData) -> Shown:
        try:
            self._assistant.restore(str(event.document))
        except AssistantError as error:
            return (_notice(str(error), failed=True), *self._list(view))
        return (_notice("it is back"), *self._list(view))

    def _amend(self, view: View, event: gr.EventData) -> tuple[str, str]:
        document_id = str(event.document)
        try:
            changes = shelf.corrections(self._assistant.document(document_id), event.form)
            if changes:
                self._assistant.amend(document_id, **changes)
            told = "corrected" if changes else "nothing was changed"
        except AssistantError as error:
            told = str(error)
        return self._previewed(document_id, told), self._list(view)[0]


def _notice(told: str, document_id: str = "", *, failed: bool = False) -> str:
    return rendered("notice.html", told=told, document_id=document_id, failed=failed)


def _url(address: str) -> str:
    """An address as `add` knows it: a bare host is one of the web."""
    return address if "://" in address else f"https://{address}"
