"""What happens in the Ask tab: questions asked, stopped and edited, conversations opened, filters set."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from ..errors import AssistantError
from ..records import Filters, Overview
from ..service.streaming import Stream
from . import filtering, views
from .asking import UnderWay
from .forms import picked
from .history import History, head
from .parts import rendered
from .turns import Session
from .visitors import Visitors

if TYPE_CHECKING:
    from .talk import Talk

_FOLLOW_UPS, _FIRST = 3, 4
"""Questions that are suggested after an answer, and on the first screen."""
_TABS = 500
"""Tabs whose conversations are held; of the one that asked longest ago only what is kept in the file is left."""
_UNKNOWN = "the connection was lost, or the page was started anew; load it again to go on"
Update = dict[Any, Any]
Filtered = tuple[Filters, str, str, tuple[str, ...]]
"""Filters, the line that tells them, the form that shows them, and the publishers that it offers."""


class TalkEvents:
    """Answers the events of a tab's controls. Each begins anew what a tab shows, or is past when another one has."""

    def __init__(self, visitors: Visitors, controls: Talk) -> None:
        self._visitors = visitors
        self._on = controls
        self._running: dict[str, Stream] = {}
        self._turn = threading.Lock()
        self._arriving: set[str] = set()
        """Tabs that are shown for the first time just now."""
        self._sessions: dict[str, Session] = {}
        """What each tab of a person shows. Gradio's own state may be written by an event that was overtaken."""

    def arrive(self, request: gr.Request) -> Iterator[Update]:
        """What a tab shows first: the conversation of its address, or the first screen.

        What needs the corpus follows: it may have to be read first.
        """
        tab = self._visitors.tab(request)
        self._arriving.add(tab)
        try:
            yield from self._arrived(request)
        finally:
            self._arriving.discard(tab)

    def _arrived(self, request: gr.Request) -> Iterator[Update]:
        asked_for = dict(request.query_params)
        session = self._history(request).open(asked_for["conversation"]) if "conversation" in asked_for else Session()
        session = self._next(session, request)
        shown = {self._on.head: head(session), self._on.past: views.past(session)}
        now = views.turn(session.last, session) if session.last else views.welcome(None)
        shown |= {self._on.now: now, self._on.news: self._history(request).news()}
        yield {**shown, self._on.listed: self._history(request).listed("", session)}
        chosen = Filters(document_ids=(asked_for["article"],)) if "article" in asked_for else Filters()
        everything = self._all(session, request)
        if self._is_past(session, request):  # somebody has asked already
            yield self._nothing  # Gradio shows once more what an event has yielded last
            return
        yield {**everything, **dict(zip(self._on.filters, self.filtered(chosen, request), strict=True))}

    def back(self, chosen: Filters, offered: tuple[str, ...], request: gr.Request) -> tuple[Any, Any]:
        """The form of filters, where another tab has brought other publishers; else it stays as it is filled in."""
        try:
            found = filtering.publishers(self._visitors.of(request).overview())
        except AssistantError:
            return gr.skip(), gr.skip()
        return (gr.skip(), gr.skip()) if found == offered else self.filtered(chosen, request)[2:]

    def leave(self, request: gr.Request) -> None:
        """End what a closed tab has under way. It may come back: a machine that slept is taken for one that left."""
        self.stop(request)

    def only(self, document_id: str, request: gr.Request) -> Filtered:
        """Ask of one article alone."""
        return self.filtered(Filters(document_ids=(document_id,)), request)

    def everything(self, request: gr.Request) -> Filtered:
        """Ask of all articles."""
        return self.filtered(Filters(), request)

    def ask(self, question: str, chosen: Filters, editing: int, words: str, request: gr.Request) -> Iterator[Update]:
        """The tab after each event of a question's answer; `editing` is the number of the question that it replaces."""
        question = question[: self._visitors.settings.max_question_characters + 1]  # one more is told that it is long
        if not question.strip():
            yield {self._on.box: ""}
            return
        if not self._is_known(request):
            yield {self._on.head: head(Session(trouble=_UNKNOWN))}
            return
        session = self._next(self._history(request).judged(self._session(request)), request)
        self.stop(request)
        if editing:
            session = self._asking(request).again_from(session, editing)
        before = session.last
        for position, now in enumerate(
            self._asking(request).ask(question, session, chosen or None, self._visitors.tab(request))
        ):
            if not self._put(now, request):  # somebody asked something else meanwhile, or left
                yield self._nothing  # Gradio shows once more what an event has yielded last
                return
            last = now.turns[-1]
            update: Update = {self._on.now: views.turn(last, now)}
            if position == 0:
                update |= {
                    self._on.box: "",
                    self._on.editing: 0,
                    self._on.edited: "",
                    self._on.next: "",
                    self._on.past: views.past(now),
                }
                update |= {self._on.head: head(now), self._on.listed: self._history(request).listed(words, now)}
                update |= self._buttons(busy=True)
            if position == 0 or before is None or before.found != last.found or not last.running:
                update[self._on.panel] = views.sources(now, self._asking(request).documents(now))
            before = last
            yield update

    def ask_this(self, chosen: Filters, words: str, event: gr.EventData, request: gr.Request) -> Iterator[Update]:
        """Ask a question that was suggested."""
        yield from self.ask(str(event.question), chosen, 0, words, request)

    def retry(self, words: str, event: gr.EventData, request: gr.Request) -> Iterator[Update]:
        """Ask the newest question again, in its place, limited as it was."""
        number = int(event.turn)
        if turn := self._session(request).turn(number):
            exchange = turn.exchange
            yield from self.ask(exchange.question, exchange.filters or Filters(), number, words, request)

    def settle(self, request: gr.Request) -> Update:
        """What is shown when nothing is under way: also where an answer was cut off before it could say so."""
        if self._asking(request).is_under_way(self._visitors.tab(request)) or not self._is_known(request):
            return self._nothing
        session = self._session(request)
        if session.last and session.last.running:
            settled = session.settled()
            return self._all(settled, request) if self._put(settled, request) else self._nothing
        return self._buttons(busy=False)

    def show(self, request: gr.Request) -> Update:
        """The conversation once more: what was under way of the one before may have been shown after it."""
        if self._asking(request).is_under_way(self._visitors.tab(request)) or not self._is_known(request):
            return self._nothing
        return self._all(self._session(request), request)

    def suggest(self, request: gr.Request) -> Any:
        """What one could ask next."""
        session = self._session(request)
        last = session.last
        if last is None or last.answer is None:
            return ""
        try:
            found = self._visitors.of(request).suggest(_FOLLOW_UPS, last.answer, last.exchange.filters)
        except AssistantError:  # nobody asked for them
            found = []
        asked = {turn.exchange.question for turn in session.turns}
        if self._is_past(session, request):
            return gr.skip()
        return rendered("next.html", questions=[question for question in found if question not in asked])

    def draw(self, chosen: Filters, request: gr.Request) -> Any:
        """The first screen with questions drawn from what the filters leave of the corpus."""
        session = self._session(request)
        if session.turns:
            return gr.skip()
        try:
            shown = views.welcome(
                self._visitors.of(request).overview(),
                self._visitors.of(request).suggest(_FIRST, filters=chosen or None),
            )
        except AssistantError as error:
            shown = views.welcome(Overview(0), trouble=str(error))
        return gr.skip() if self._is_past(session, request) else shown

    def draw_again(self, chosen: Filters, request: gr.Request) -> Any:
        """The same when the tab Ask is chosen, unless it is shown for the first time: that draws it, and later."""
        first = self._visitors.tab(request) in self._arriving or not self._is_known(request)
        return gr.skip() if first else self.draw(chosen, request)

    def _asking(self, request: gr.Request) -> UnderWay:
        """Questions as the person of a request asks them."""
        return UnderWay(self._visitors.of(request), self._running)

    def _history(self, request: gr.Request) -> History:
        """The conversations of the person of a request."""
        return History(self._visitors.of(request))

    def _session(self, request: gr.Request) -> Session:
        """What a tab shows."""
        return self._sessions.get(self._visitors.tab(request), Session())

    def _next(self, session: Session, request: gr.Request) -> Session:
        """A conversation as the tab shows it from now on; what is under way of an earlier event is past."""
        with self._turn:
            found = replace(session.settled(), asked=self._session(request).asked + 1)
            self._sessions.pop(self._visitors.tab(request), None)  # so that it stands last
            self._sessions[self._visitors.tab(request)] = found
            while len(self._sessions) > _TABS:
                del self._sessions[next(iter(self._sessions))]
            return found

    def _put(self, session: Session, request: gr.Request) -> bool:
        """Let the tab show this from now on, unless it has gone on since that event."""
        with self._turn:
            if self._is_past(session, request):
                return False
            self._sessions[self._visitors.tab(request)] = session
            return True

    @property
    def _nothing(self) -> Update:
        """An update that changes nothing."""
        return {self._on.next: gr.skip()}

    def _is_known(self, request: gr.Request) -> bool:
        """Whether this server has shown the page of a tab: one that was started since knows nothing of it."""
        return self._visitors.tab(request) in self._sessions

    def _is_past(self, session: Session, request: gr.Request) -> bool:
        """Whether the tab has gone on since the event began that has this conversation."""
        return self._session(request).asked != session.asked

    def head_while(self, doing: str, request: gr.Request) -> str:
        """The head of the conversation while it is renamed, or somebody has to be sure; as it is for neither."""
        return head(self._session(request), doing)

    def edit(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Put a question of the conversation into the box, to be asked anew."""
        session = self._session(request)
        turn = session.turn(int(event.turn))
        if turn is None:
            return gr.skip(), gr.skip(), gr.skip()
        followed = sum(other.number > turn.number for other in session.turns)
        return turn.number, turn.exchange.question, rendered("editing.html", followed=followed)

    def judge(self, event: gr.EventData, request: gr.Request) -> tuple[Any, Any]:
        """Say of an answer whether it is useful."""
        return self._judged(request, int(event.turn), useful=event.useful == "yes")

    def say_why(self, event: gr.EventData, request: gr.Request) -> tuple[Any, Any]:
        """Say why an answer is not useful."""
        reason = " ".join(picked(event.form).get("reason", []))
        return self._judged(request, int(event.turn), useful=False, reason=reason)

    def _judged(self, request: gr.Request, number: int, *, useful: bool, reason: str | None = None) -> tuple[Any, Any]:
        session = self._session(request)
        if not session.conversation_id:
            return gr.skip(), gr.skip()
        judged = self._history(request).judge(session, number, useful=useful, reason=reason)
        with self._turn:  # an answer may have come meanwhile
            now = self._session(request)
            if now.conversation_id != judged.conversation_id:
                return gr.skip(), gr.skip()
            session = replace(now, verdicts=judged.verdicts, trouble=judged.trouble)
            self._sessions[self._visitors.tab(request)] = session
        last = session.last
        return views.turn(last, session) if last else gr.skip(), views.past(session)

    def stop(self, request: gr.Request) -> None:
        """End the answer that is under way, at once."""
        self._asking(request).stop(self._visitors.tab(request))

    def begin_anew(self, words: str, request: gr.Request) -> Update:
        """A new conversation, asked of everything."""
        anew = self._next(Session(), request)
        self.stop(request)
        form = dict(zip(self._on.filters, self.filtered(Filters(), request), strict=True))
        return {**self._all(anew, request), self._on.listed: self._history(request).listed(words, anew), **form}

    def open(self, words: str, event: gr.EventData, request: gr.Request) -> Update:
        """A conversation of the list."""
        found = self._next(self._history(request).open(str(event.conversation)), request)
        self.stop(request)
        beside = {self._on.listed: self._history(request).listed(words, found)}
        return {**self._all(found, request), **beside, self._on.news: self._history(request).news()}

    def search(self, event: gr.EventData, request: gr.Request) -> tuple[str, str]:
        """The list, less the conversations that lack a word."""
        words = " ".join(picked(event.form).get("words", []))
        return words, self._history(request).listed(words, self._session(request))

    def rename(self, words: str, event: gr.EventData, request: gr.Request) -> tuple[str, str]:
        """The conversation under another name."""
        if not self._is_known(request):
            return head(Session(trouble=_UNKNOWN)), self._history(request).listed(words, Session())
        renamed = self._history(request).rename(self._session(request), " ".join(picked(event.form).get("name", [])))
        with self._turn:  # its answer may have come meanwhile
            renamed = replace(self._session(request), name=renamed.name, trouble=renamed.trouble)
            self._sessions[self._visitors.tab(request)] = renamed
        return head(renamed), self._history(request).listed(words, renamed)

    def delete(self, words: str, request: gr.Request) -> Update:
        """A new conversation, after this one was deleted."""
        left = self._next(self._history(request).delete(self._session(request)), request)
        self.stop(request)
        return {**self._all(left, request), self._on.listed: self._history(request).listed(words, left)}

    def filter(self, event: gr.EventData, request: gr.Request) -> tuple[Filters, str]:
        """What a filled-in form limits the next question to."""
        chosen = filtering.chosen(event.form)
        try:
            return chosen, filtering.limits(chosen, self._visitors.of(request).documents(chosen) if chosen else None)
        except AssistantError:
            return chosen, filtering.limits(chosen)

    def only_this(self, event: gr.EventData, request: gr.Request) -> Filtered:
        """Ask of one article of the panel alone."""
        return self.only(str(event.document), request)

    def filtered(self, chosen: Filters, request: gr.Request) -> Filtered:
        """Filters, with all that shows them."""
        try:
            offered = filtering.publishers(self._visitors.of(request).overview())
            fitting = self._visitors.of(request).documents(chosen) if chosen else None
        except AssistantError:
            offered, fitting = (), None
        form = filtering.form(offered, fitting or (), chosen, time.monotonic_ns())
        return chosen, filtering.limits(chosen, fitting), form, offered

    def _all(self, session: Session, request: gr.Request) -> Update:
        """Everything that shows a conversation, with nothing under way."""
        last = session.last
        return {
            self._on.editing: 0,
            self._on.edited: "",
            self._on.head: head(session),
            self._on.past: views.past(session),
            self._on.now: views.turn(last, session) if last else self._first_screen(request),
            self._on.next: "",
            self._on.panel: views.sources(session, self._asking(request).documents(session)),
            **self._buttons(busy=False),
        }

    def _first_screen(self, request: gr.Request) -> str:
        try:
            return views.welcome(self._visitors.of(request).overview(), looking=True)
        except AssistantError as error:
            return views.welcome(Overview(0), trouble=str(error))

    def _buttons(self, *, busy: bool) -> Update:
        # gr.Button(visible=…) would say the same, and makes a whole button for it.
        return {self._on.send: gr.update(visible=not busy), self._on.halt: gr.update(visible=busy)}
