"""Questions of the page: asked, streamed, kept and stopped.

question → kept as asked → passages → text → answer, kept in its place; what is stopped is kept as far as it came
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from ..api import Assistant
from ..errors import AssistantError, EmptyCorpus, UnknownConversation
from ..people.exchanges import Exchange
from ..records import Document, Done, Filters, Retrieved, Text, Waiting
from ..service.streaming import Stream
from .history import why
from .turns import Session, Turn


class UnderWay:
    """The questions that are under way, one a tab."""

    def __init__(self, assistant: Assistant, running: dict[str, Stream] | None = None) -> None:
        """As one person asks; `running` has those of everybody, by tab."""
        self._assistant = assistant
        self._running: dict[str, Stream] = {} if running is None else running

    def ask(self, question: str, session: Session, filters: Filters | None, tab: str) -> Iterator[Session]:
        """The conversation after each event. An error is shown as the answer: a person asked, a person reads."""
        asked = datetime.now(UTC).isoformat(timespec="seconds")
        self.stop(tab)
        session = self._begun(Exchange(question.strip(), asked, filters), session)
        turn = session.turns[-1]
        try:
            events = self._running[tab] = self._assistant.stream(question.strip(), session.answers, filters)
        except AssistantError as error:  # somebody asks too often
            yield self._kept(session.with_last(_failed(turn, str(error))))
            return
        try:
            with events:
                for turn in _turns(events, session.turns[-1]):
                    session = session.with_last(turn)
                    if turn.running:
                        yield session
        finally:
            turn = replace(turn, running=False, ahead=0)
            session = self._kept(session.with_last(turn))
            if self._running.get(tab) is events:
                del self._running[tab]
        yield session

    def stop(self, tab: str) -> None:
        """End the answer of a tab, at once; nothing happens where there is none."""
        if events := self._running.pop(tab, None):
            events.close()

    def is_under_way(self, tab: str) -> bool:
        """Whether an answer of a tab is under way."""
        return tab in self._running

    def again_from(self, session: Session, number: int) -> Session:
        """The conversation before one of its questions, which is forgotten with all that is shown after it."""
        try:
            if session.conversation_id:
                numbers = [turn.number for turn in session.turns if turn.number >= number]
                self._assistant.conversations.cut(session.conversation_id, numbers)
        except AssistantError as error:
            session = replace(session, trouble=why(error))
        return session.before(number)

    def documents(self, session: Session) -> dict[str, Document]:
        """The articles that the conversation shows something of, by id; those that are gone are not among them."""
        used = tuple(sorted(session.used))
        try:
            found = self._assistant.documents(Filters(document_ids=used)) if used else []
        except AssistantError:  # the next question will tell what is wrong
            return {}
        return {document.document_id: document for document in found}

    def _begun(self, exchange: Exchange, session: Session) -> Session:
        """The conversation with one more question, kept before it is answered.

        One that was deleted in another window stays deleted: the question begins another.
        """
        number = max((turn.number for turn in session.turns), default=0) + 1
        turn = Turn(number, exchange, running=True)
        gone = not session.conversation_id and any(other.kept != "no" for other in session.turns)
        if not gone:
            found = self._kept(replace(session, turns=(*session.turns, turn)))
            gone = found.deleted
        if not gone:
            return found
        anew = self._kept(replace(session, conversation_id="", turns=(replace(turn, number=1),)))
        return replace(anew, trouble=anew.trouble or "the conversation was deleted elsewhere; this is another one")

    def _kept(self, session: Session) -> Session:
        """The conversation with all of it kept that is not yet, under the numbers that it has there.

        What cannot be kept now is tried again next time. Without an id it comes back when it was deleted meanwhile.
        """
        session = replace(session, deleted=False)
        conversation_id, turns = session.conversation_id, list(session.turns)
        try:
            conversations = self._assistant.conversations
            if not conversation_id:
                conversation_id = conversations.begin(turns[0].exchange.question)
            for place, turn in enumerate(turns):
                turns[place] = self._kept_turn(conversation_id, turn)
            name, trouble = conversations.name(conversation_id), ""
        except UnknownConversation:
            return replace(session, conversation_id="", trouble="the conversation was deleted meanwhile", deleted=True)
        except AssistantError as error:  # what was kept before it stays so
            name, trouble = session.name, f"this conversation is not kept: {why(error)}"
        return replace(session, conversation_id=conversation_id, name=name, turns=tuple(turns), trouble=trouble)

    def _kept_turn(self, conversation_id: str, turn: Turn) -> Turn:
        conversations = self._assistant.conversations
        if turn.kept == "no":
            number = conversations.append(conversation_id, turn.exchange)
            return replace(turn, number=number, kept="asked" if turn.running else "whole")
        if turn.kept == "asked" and not turn.running:
            conversations.put(conversation_id, turn.number, turn.exchange)
            return replace(turn, kept="whole")
        return turn


def _turns(events: Stream, turn: Turn) -> Iterator[Turn]:
    """The turn after each event of its answer."""
    yield turn
    try:
        for event in events:
            if isinstance(event, Retrieved):
                found = tuple(dict.fromkeys(passage.document_id for passage in event.passages))
                turn = replace(turn, passages=tuple(event.passages), exchange=replace(turn.exchange, found=found))
            elif isinstance(event, Waiting):
                turn = replace(turn, ahead=event.ahead)
            elif isinstance(event, Text):
                exchange = replace(turn.exchange, text=turn.exchange.text + event.piece)
                turn = replace(turn, exchange=exchange, ahead=0)
            elif isinstance(event, Done):
                exchange = replace(turn.exchange, answer=event.answer, found=())
                turn = replace(turn, exchange=exchange, running=False)
            yield turn
    except EmptyCorpus:
        empty = "the corpus is empty; add articles in the Corpus tab"
        yield _failed(turn, empty)
    except AssistantError as error:
        yield _failed(turn, str(error))


def _failed(turn: Turn, why_: str) -> Turn:
    return replace(turn, exchange=replace(turn.exchange, failure=why_), running=False)
