"""The Ask tab: the conversation, the question box, the sources beside it, and which event each button has."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ..records import Filters
from . import views
from .parts import part, rendered
from .talk_events import TalkEvents
from .turns import Session
from .visitors import Visitors

AT_ONCE = 128
"""Events of one kind under way on one page server; how many questions wait for the model is the engine's to say.
One more would not see its sources until an answer is whole."""
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": AT_ONCE}
"""Of every listener: no overlay, no public name, and nobody waits for somebody else's."""
TYPED: dict[str, Any] = {**QUIET, "concurrency_limit": 1, "trigger_mode": "multiple"}
"""Of what is told while somebody types: nothing is left out, and what is told last is answered last."""


class Talk:
    """Builds the tab within the layout that is open, and ties its controls to what they do."""

    def __init__(self, visitors: Visitors) -> None:
        self._visitors = visitors
        self.does = TalkEvents(visitors, self)
        self.chosen = gr.State(Filters())
        self.editing = gr.State(0)
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
                self.news = part(name="news")
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
                    part(rendered("outside.html", outside=self._visitors.outside), name="outside")
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
                max_length=self._visitors.settings.max_question_characters,
                autofocus=True,
            )
            self.send = gr.Button("Ask", variant="primary", elem_id="ask", scale=0, min_width=84)
            self.halt = gr.Button("Stop", variant="stop", elem_id="stop", scale=0, min_width=84, visible=False)

    @property
    def everything(self) -> list[Any]:
        """All that an event of the tab may change."""
        return [
            *(self.editing, self.head, self.past, self.now, self.next, self.panel),
            *(self.box, self.send, self.halt, self.listed, self.edited, self.news, *self.filters),
        ]

    @property
    def filters(self) -> list[Any]:
        """What shows the filters."""
        return [self.chosen, self.limits, self.form, self.offered]

    def listen(self) -> None:
        """Tie the controls to what they do."""
        does, shown = self.does, self.everything
        asked = [
            gr.on(
                [self.send.click, self.box.submit],
                does.ask,
                [self.box, self.chosen, self.editing, self.words],
                shown,
                **QUIET,
            ),
            gr.on(
                [self.now.example_select, self.next.example_select],
                does.ask_this,
                [self.chosen, self.words],
                shown,
                **QUIET,
            ),
            self.now.retry(does.retry, [self.words], shown, **QUIET),
        ]
        for event in asked:
            done = event.then(does.settle, None, shown, **QUIET)
            done.then(does.suggest, None, [self.next], **QUIET)
        quick = {**QUIET, "queue": False}
        # Gradio's `cancels` would take effect at the next event of an answer, and cancel what is asked right after.
        stopped = self.halt.click(does.stop, None, None, **quick)
        stopped.then(does.settle, None, shown, **quick)
        for one in (self.now, self.past):
            one.edit(does.edit, None, [self.editing, self.box, self.edited], **quick)
            one.like(does.judge, None, [self.now, self.past], **quick)
            one.submit(does.say_why, None, [self.now, self.past], **quick)
        self.edited.clear(lambda: (0, "", ""), None, [self.editing, self.box, self.edited], **quick)
        self._listen_to_conversations(shown, quick)
        self._listen_to_filters(quick)

    def _listen_to_conversations(self, shown: list[Any], quick: dict[str, Any]) -> None:
        does = self.does
        anew = self.new.click(does.begin_anew, [self.words], shown, **QUIET)
        anew.then(does.show, None, shown, **QUIET).then(does.draw, [self.chosen], [self.now], **QUIET)
        for each in (self.listed, self.news):
            each.select(does.open, [self.words], shown, **QUIET).then(does.show, None, shown, **QUIET)
        self._find.input(does.search, None, [self.words, self.listed], **TYPED)
        for event, doing in ((self.head.edit, "rename"), (self.head.clear, "delete"), (self.head.undo, "")):
            event(does.head_while, [gr.State(doing)], [self.head], **quick)
        self.head.submit(does.rename, [self.words], [self.head, self.listed], **quick)
        gone = self.head.delete(does.delete, [self.words], shown, **QUIET)
        gone.then(does.show, None, shown, **QUIET).then(does.draw, [self.chosen], [self.now], **QUIET)

    def _listen_to_filters(self, quick: dict[str, Any]) -> None:
        does, filtered = self.does, self.filters
        changed = [
            self.form.input(does.filter, None, [self.chosen, self.limits], **TYPED),
            self.limits.clear(does.everything, None, filtered, **quick),
            self.panel.select(does.only_this, None, filtered, **quick),
        ]
        for event in changed:
            event.then(does.draw, [self.chosen], [self.now], **QUIET)
