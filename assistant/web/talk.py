"""The Ask tab: the conversation, the question box, the sources beside it, and what their buttons do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from ..api import Assistant
from ..errors import AssistantError
from ..records import Filters
from . import filtering, views
from .asking import Asking
from .history import History, head
from .parts import part, rendered
from .turns import Session, picked

AT_ONCE = 32
"""Events of one kind under way on one page server; how many questions wait for the model is the engine's to say."""
_FOLLOW_UPS, _FIRST = 3, 4
"""Questions that are suggested after an answer, and on the first screen."""
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": AT_ONCE}
"""Of every listener: no overlay, no public name, and nobody waits for somebody else's."""
TYPED: dict[str, Any] = {**QUIET, "concurrency_limit": 1, "trigger_mode": "multiple"}
"""Of what is told while somebody types: nothing is left out, and what is told last is answered last."""
Update = dict[Any, Any]
Filtered = tuple[Filters, str, str, tuple[str, ...]]
"""Filters, the line that tells them, the form that shows them, and the publishers that it offers."""


class Talk:
    """Builds the tab within the layout that is open, and answers its events. `newest` tells old events from new."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._asking = Asking(assistant)
        self._history = History(assistant)
        self._newest: dict[str, int] = {}
        self.session = gr.State(Session())
        self.chosen = gr.State(Filters())
        self._editing = gr.State(0)
        self.words = gr.State("")
        self.offered = gr.State(())

    def beside(self) -> None:
        """The column of conversations."""
        self.new = gr.Button("New conversation", elem_id="new", size="sm")
        self._find = part(rendered("find_conversations.html"), name="find")
        self.listed = part(name="conversations")

    def talk(self) -> None:
        """The tab."""
        with gr.Row(elem_id="columns"):
            with gr.Column(elem_id="talk", scale=3, min_width=300):
                self.head = part(name="head")
                with gr.Column(elem_id="chat"):
                    self.past = part(name="past")
                    self.now = part(name="now")
                    self.next = part(name="next")
                with gr.Column(elem_id="ask-form"):
                    self.limits = part(name="limits")
                    self.edited = part(name="editing")
                    self._box()
                    with gr.Accordion("Filters", open=False, elem_id="filters"):
                        self.form = part(name="filter-form")
                    part(rendered("outside.html", outside=self._assistant.outside), name="outside")
            with gr.Column(elem_id="side", scale=2, min_width=300):
                self.panel = part(views.sources(Session(), {}), name="sources")

    def _box(self) -> None:
        with gr.Row(elem_id="asking"):
            self.box = gr.Textbox(
                elem_id="question",
                placeholder="Ask a question",
                label="Question",
                show_label=False,
                lines=1,
                max_lines=4,
                scale=5,
                max_length=self._assistant.settings.max_question_characters,
                autofocus=True,
            )
            self.send = gr.Button("Ask", variant="primary", elem_id="ask", scale=0, min_width=84)
            self.halt = gr.Button("Stop", variant="stop", elem_id="stop", scale=0, min_width=84, visible=False)

    @property
    def everything(self) -> list[Any]:
        """All that an event of the tab may change."""
        return [
            *(self.session, self._editing, self.head, self.past, self.now, self.next, self.panel),
            *(self.box, self.send, self.halt, self.listed, self.edited, *self.filters),
        ]

    @property
    def filters(self) -> list[Any]:
        """What shows the filters."""
        return [self.chosen, self.limits, self.form, self.offered]

    def listen(self) -> None:
        """Tie the controls to what they do."""
        shown = self.everything
        given = [self.session, self.chosen, self._editing, self.words]
        asked = [
            gr.on([self.send.click, self.box.submit], self._ask, [self.box, *given], shown, **QUIET),
            gr.on([self.now.example_select, self.next.example_select], self._ask_this, given, shown, **QUIET),
            self.now.retry(self._retry, given, shown, **QUIET),
        ]
        for event in asked:
            done = event.then(self._settle, [self.session], shown, **QUIET)
            done.then(self._suggest, [self.session, self.chosen], [self.next], **QUIET)
        quick = {**QUIET, "queue": False}
        # Gradio's `cancels` takes effect at the next event of an answer; `_stop` at once.
        stopped = self.halt.click(self._stop, None, None, **quick)
        stopped.then(self._settle, [self.session], shown, cancels=asked, **quick)
        for one in (self.now, self.past):
            one.edit(self._edit, [self.session], [self._editing, self.box, self.edited], **quick)
        self.edited.clear(lambda: (0, "", ""), None, [self._editing, self.box, self.edited], **quick)
        self._listen_to_conversations(shown, asked, quick)
        self._listen_to_filters(quick)

    def _listen_to_conversations(self, shown: list[Any], asked: list[Any], quick: dict[str, Any]) -> None:
        anew = self.new.click(self._leave, [self.words], shown, cancels=asked, **QUIET)
        anew.then(self._draw, [self.session, self.chosen], [self.now], **QUIET)
        self.listed.select(self._open, [self.words], shown, cancels=asked, **QUIET)
        self._find.input(self._search, [self.session], [self.words, self.listed], **TYPED)
        self.head.edit(lambda session: head(session, "rename"), [self.session], [self.head], **quick)
        self.head.clear(lambda session: head(session, "delete"), [self.session], [self.head], **quick)
        self.head.undo(head, [self.session], [self.head], **quick)
        self.head.submit(self._rename, [self.session, self.words], [self.session, self.head, self.listed], **quick)
        gone = self.head.delete(self._delete, [self.session, self.words], shown, cancels=asked, **QUIET)
        gone.then(self._draw, [self.session, self.chosen], [self.now], **QUIET)

    def _listen_to_filters(self, quick: dict[str, Any]) -> None:
        filtered = self.filters
        changed = [
            self.form.input(self._filter, None, [self.chosen, self.limits], **TYPED),
            self.limits.clear(lambda: self._filtered(Filters()), None, filtered, **quick),
            self.panel.select(self._only, [self.chosen], filtered, **quick),
        ]
        for event in changed:
            event.then(self._draw, [self.session, self.chosen], [self.now], **QUIET)

    def arrive(self, request: gr.Request) -> Iterator[Update]:
        """What a tab shows first: the conversation of its address, or the first screen.

        What needs the corpus follows: it may have to be read first.
        """
        asked_for = dict(request.query_params)
        session = self._history.open(asked_for["conversation"]) if "conversation" in asked_for else Session()
        session = self._next(session, request)
        shown = {self.session: session, self.head: head(session), self.past: views.past(session)}
        now = views.turn(session.last, session) if session.last else views.welcome(None)
        yield {**shown, self.now: now, self.listed: self._history.listed("", session)}
        chosen = Filters(document_ids=(asked_for["article"],)) if "article" in asked_for else Filters()
        yield {**self._all(session), **dict(zip(self.filters, self._filtered(chosen), strict=True))}

    def back(self, chosen: Filters, offered: tuple[str, ...]) -> tuple[Any, Any]:
        """The form of filters, where another tab has brought other publishers; else it stays as it is filled in."""
        try:
            found = filtering.publishers(self._assistant.documents())
        except AssistantError:
            return gr.skip(), gr.skip()
        return (gr.skip(), gr.skip()) if found == offered else self._filtered(chosen)[2:]

    def draw(self, session: Session, chosen: Filters, request: gr.Request) -> Any:
        """The first screen with questions drawn from what the filters leave of the corpus."""
        return self._draw(session, chosen, request)

    def leave(self, request: gr.Request) -> None:
        """End what a closed tab has under way."""
        self._stop(request)
        self._newest.pop(_tab(request), None)

    def only(self, document_id: str) -> Filtered:
        """Ask of one article alone."""
        return self._filtered(filtering.only(document_id, Filters()))

    def _ask(
        self, question: str, session: Session, chosen: Filters, editing: int, words: str, request: gr.Request
    ) -> Iterator[Update]:
        question = question[: self._assistant.settings.max_question_characters + 1]  # one more is told that it is long
        if not question.strip():
            yield {self.box: ""}
            return
        if not self._is_known(request):
            yield {self.head: head(Session(trouble="the page was started anew meanwhile; load it again to go on"))}
            return
        session = self._next(session, request)
        self._stop(request)
        if editing:
            session = self._asking.again_from(session, editing)
        before = session.last
        for position, now in enumerate(self._asking.ask(question, session, chosen or None, _tab(request))):
            if self._is_past(now, request):  # somebody asked something else meanwhile, or left
                return
            last = now.turns[-1]
            update: Update = {self.session: now, self.now: views.turn(last, now)}
            if position == 0:
                update |= {self.box: "", self._editing: 0, self.edited: "", self.next: "", self.past: views.past(now)}
                update |= {self.head: head(now), self.listed: self._history.listed(words, now)}
                update |= self._buttons(busy=True)
            if before is None or before.found != last.found or not last.running:
                update[self.panel] = views.sources(now, self._asking.documents(now))
            before = last
            yield update

    def _ask_this(
        self,
        session: Session,
        chosen: Filters,
        editing: int,  # noqa: ARG002 - given to all that ask
        words: str,
        event: gr.EventData,
        request: gr.Request,
    ) -> Iterator[Update]:
        yield from self._ask(str(event.question), session, chosen, 0, words, request)

    def _retry(
        self,
        session: Session,
        chosen: Filters,
        editing: int,  # noqa: ARG002 - given to all that ask
        words: str,
        event: gr.EventData,
        request: gr.Request,
    ) -> Iterator[Update]:
        number = int(event.turn)
        if turn := session.turn(number):
            yield from self._ask(
                turn.exchange.question, session, turn.exchange.filters or chosen, number, words, request
            )

    def _settle(self, session: Session, request: gr.Request) -> Update:
        """What is shown when nothing is under way: also where an answer was cut off before it could say so."""
        if self._is_past(session, request) or self._asking.is_under_way(_tab(request)):
            return {self.next: gr.skip()}
        if session.last and session.last.running:
            return self._all(session.settled())
        return self._buttons(busy=False)

    def _suggest(self, session: Session, chosen: Filters, request: gr.Request) -> Any:
        answer = session.last.answer if session.last else None
        if not answer:
            return ""
        try:
            found = self._assistant.suggest(_FOLLOW_UPS, answer, chosen or None)
        except AssistantError:  # nobody asked for them
            found = []
        asked = {turn.exchange.question for turn in session.turns}
        if self._is_past(session, request):
            return gr.skip()
        return rendered("next.html", questions=[question for question in found if question not in asked])

    def _draw(self, session: Session, chosen: Filters, request: gr.Request) -> Any:
        if session.turns:
            return gr.skip()
        try:
            shown = views.welcome(self._assistant.documents(), self._assistant.suggest(_FIRST, filters=chosen or None))
        except AssistantError as error:
            shown = views.welcome([], trouble=str(error))
        return gr.skip() if self._is_past(session, request) else shown

    def _next(self, session: Session, request: gr.Request) -> Session:
        """The conversation as the tab's next event goes on with it; what is under way of an earlier one is past."""
        tab = _tab(request)
        self._newest[tab] = self._newest.get(tab, 0) + 1
        return replace(session.settled(), asked=self._newest[tab])

    def _is_known(self, request: gr.Request) -> bool:
        """Whether this server has shown the page of a tab: one that was started since knows nothing of it."""
        return _tab(request) in self._newest

    def _is_past(self, session: Session, request: gr.Request) -> bool:
        """Whether the tab has gone on since the event began that has this conversation."""
        return self._newest.get(_tab(request), 0) != session.asked

    def _edit(self, session: Session, event: gr.EventData) -> tuple[Any, ...]:
        turn = session.turn(int(event.turn))
        if turn is None:
            return gr.skip(), gr.skip(), gr.skip()
        followed = sum(other.number > turn.number for other in session.turns)
        return turn.number, turn.exchange.question, rendered("editing.html", followed=followed)

    def _stop(self, request: gr.Request) -> None:
        self._asking.stop(_tab(request))

    def _leave(self, words: str, request: gr.Request) -> Update:
        anew = self._next(Session(), request)
        self._stop(request)
        form = dict(zip(self.filters, self._filtered(Filters()), strict=True))
        return {**self._all(anew), self.listed: self._history.listed(words, anew), **form}

    def _open(self, words: str, event: gr.EventData, request: gr.Request) -> Update:
        found = self._next(self._history.open(str(event.conversation)), request)
        self._stop(request)
        return {**self._all(found), self.listed: self._history.listed(words, found)}

    def _search(self, session: Session, event: gr.EventData) -> tuple[str, str]:
        words = " ".join(picked(event.form).get("words", []))
        return words, self._history.listed(words, session)

    def _rename(self, session: Session, words: str, event: gr.EventData) -> tuple[Session, str, str]:
        renamed = self._history.rename(session, " ".join(picked(event.form).get("name", [])))
        return renamed, head(renamed), self._history.listed(words, renamed)

    def _delete(self, session: Session, words: str, request: gr.Request) -> Update:
        left = self._next(self._history.delete(session), request)
        self._stop(request)
        return {**self._all(left), self.listed: self._history.listed(words, left)}

    def _filter(self, event: gr.EventData) -> tuple[Filters, str]:
        chosen = filtering.chosen(event.form)
        try:
            return chosen, filtering.limits(chosen, self._assistant.documents(chosen) if chosen else None)
        except AssistantError:
            return chosen, filtering.limits(chosen)

    def _only(self, chosen: Filters, event: gr.EventData) -> Filtered:
        return self._filtered(filtering.only(str(event.document), chosen))

    def _filtered(self, chosen: Filters) -> Filtered:
        try:
            documents = self._assistant.documents()
            fitting = self._assistant.documents(chosen) if chosen else None
        except AssistantError:
            documents, fitting = [], None
        form = filtering.form(documents, chosen, time.monotonic_ns())
        return chosen, filtering.limits(chosen, fitting), form, filtering.publishers(documents)

    def _all(self, session: Session) -> Update:
        """Everything that shows a conversation, with nothing under way."""
        last = session.last
        return {
            self.session: session,
            self._editing: 0,
            self.edited: "",
            self.head: head(session),
            self.past: views.past(session),
            self.now: views.turn(last, session) if last else self._first_screen(),
            self.next: "",
            self.panel: views.sources(session, self._asking.documents(session)),
            **self._buttons(busy=False),
        }

    def _first_screen(self) -> str:
        try:
            return views.welcome(self._assistant.documents(), looking=True)
        except AssistantError as error:
            return views.welcome([], trouble=str(error))

    def _buttons(self, *, busy: bool) -> Update:
        return {self.send: gr.Button(visible=not busy), self.halt: gr.Button(visible=busy)}


def _tab(request: gr.Request) -> str:
    return request.session_hash or ""
