"""The Review tab: what maintainers see of everyone's questions and complaints."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any

import gradio as gr

from ..api import Assistant
from ..errors import AssistantError
from ..people.review import AskedAgain
from ..records import Filters, Progress
from .parts import part, rendered
from .talk import QUIET
from .visitors import Visitors


class ReviewTab:
    """Builds the tab within the layout that is open, and answers its events. The core refuses who is no admin."""

    def __init__(self, visitors: Visitors) -> None:
        self._visitors = visitors

    def review(self) -> None:
        """The tab."""
        self._found = part(name="review")

    def listen(self, tab: gr.Tab) -> None:
        """Tie the controls to what they do."""
        tab.select(self._look, None, [self._found], **QUIET)
        self._found.retry(self._ask_again, None, [self._found], **QUIET)
        self._found.apply(self._settle, None, [self._found], **QUIET)

    def _look(self, request: gr.Request) -> str:
        return self._shown(request)

    def _settle(self, event: gr.EventData, request: gr.Request) -> str:
        try:
            self._visitors.of(request).review.settle(int(event.complaint))
        except AssistantError as error:
            return self._shown(request, str(error), failed=True)
        return self._shown(request)

    def _ask_again(self, request: gr.Request) -> Iterator[Any]:
        """Asks in a thread of its own: where nobody watches any more, it is finished all the same."""
        news: queue.SimpleQueue[Progress | AskedAgain | str] = queue.SimpleQueue()
        try:
            assistant = self._visitors.of(request)
        except AssistantError as error:
            yield _failed(str(error))
            return
        threading.Thread(target=_asked_again, args=(assistant, news), name="asking again", daemon=True).start()
        while isinstance(step := news.get(), Progress):
            yield rendered("review_step.html", step=step)
        if isinstance(step, AskedAgain):
            yield self._shown(request, _came_of(step), failed=bool(step.failed))
        else:
            yield self._shown(request, step, failed=True)

    def _shown(self, request: gr.Request, told: str = "", *, failed: bool = False) -> str:
        try:
            assistant = self._visitors.of(request)
            review = assistant.review
            used = review.used()
            named = assistant.documents(Filters(document_ids=tuple(each.document_id for each in used))) if used else []
            titles = {document.document_id: document.title for document in named}
            useful, not_useful = review.verdicts()
            return rendered(
                "review.html",
                told=told,
                failed=failed,
                kept=assistant.settings.review_questions,
                unanswered=review.unanswered(),
                complaints=review.complaints(),
                used=[(titles.get(each.document_id, ""), each.document_id, each.times) for each in used],
                useful=useful,
                not_useful=not_useful,
            )
        except AssistantError as error:
            return _failed(str(error))


def _asked_again(assistant: Assistant, news: queue.SimpleQueue[Progress | AskedAgain | str]) -> None:
    found: AskedAgain | str = "they were not all asked"  # a mistake of ours ends the wait, too
    try:
        found = assistant.review.ask_again(news.put)
    except AssistantError as error:
        found = str(error)
    finally:
        news.put(found)


def _came_of(done: AskedAgain) -> str:
    told = f"asked {done.asked} again: {done.answered} found an answer, and who asked is told"
    return f"{told}; {done.failed[0]}" if done.failed else told


def _failed(why: str) -> str:
    return rendered("notice.html", told=why, document_id="", failed=True)
