"""The conversations that are kept, as the page lists, opens, names and deletes them."""

from __future__ import annotations

from dataclasses import replace

from ..api import Assistant
from ..errors import AssistantError, DamagedFile
from ..people.forgetting import WITHHELD, documents, without
from . import views
from .parts import rendered
from .turns import Session, opened


class History:
    """The list beside the chat, and the head of the conversation that is open."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def listed(self, words: str, session: Session) -> str:
        """The list, less those that lack one of the words."""
        try:
            found, trouble = self._assistant.conversations.find(words), ""
        except AssistantError as error:
            found, trouble = [], why(error)
        current = session.conversation_id
        return rendered(
            "conversations.html", conversations=found, words=words.strip(), trouble=trouble, current=current
        )

    def open(self, conversation_id: str) -> Session:
        """A conversation by its id. One that cannot be opened is an empty one that says why."""
        try:
            session = opened(self._assistant.conversations.get(conversation_id))
            self._assistant.feedback.told(conversation_id)
            return self.judged(session)
        except AssistantError as error:
            return Session(trouble=why(error))

    def news(self) -> str:
        """What tells of questions that found an answer since they were asked."""
        try:
            return views.news(self._assistant.feedback.news())
        except AssistantError:  # the list says what is wrong
            return ""

    def judged(self, session: Session) -> Session:
        """The conversation as it is by now: with what was said of its answers, less what may not be seen any more."""
        try:
            ids: set[str] = set().union(*(documents(turn.exchange) for turn in session.turns))
            if hidden := frozenset(self._assistant.withheld(sorted(ids))):
                seen = without([turn.exchange for turn in session.turns], hidden, WITHHELD)
                turns = tuple(replace(turn, exchange=one) for turn, one in zip(session.turns, seen, strict=True))
                session = replace(session, turns=turns)
            return replace(session, verdicts=self._assistant.feedback.given(session.conversation_id))
        except AssistantError as error:
            return replace(session, trouble=why(error))

    def judge(self, session: Session, number: int, *, useful: bool, reason: str | None = None) -> Session:
        """The conversation after somebody said of an answer whether it is useful; once more takes it back."""
        before = session.verdicts.get(number)
        try:
            feedback = self._assistant.feedback
            if before and before.useful == useful and reason is None:
                feedback.take_back(session.conversation_id, number)
            else:
                feedback.give(session.conversation_id, number, useful=useful, reason=reason or "")
        except AssistantError as error:
            return replace(session, trouble=why(error))
        return self.judged(session)

    def rename(self, session: Session, name: str) -> Session:
        """The conversation under another name; an empty one changes nothing."""
        try:
            conversations = self._assistant.conversations
            conversations.rename(session.conversation_id, name)
            return replace(session, name=conversations.name(session.conversation_id))
        except AssistantError as error:
            return replace(session, trouble=why(error))

    def delete(self, session: Session) -> Session:
        """A new conversation, after this one was deleted."""
        try:
            self._assistant.conversations.delete(session.conversation_id)
        except AssistantError as error:
            return replace(session, trouble=why(error))
        return Session()


def why(error: AssistantError) -> str:
    """An error of kept conversations, as somebody reads it who has this page and no terminal."""
    if isinstance(error, DamagedFile):
        return f"the file of conversations is damaged ({error.reason}); “Check and repair” in the Corpus tab mends it"
    return str(error)


def head(session: Session, doing: str = "") -> str:
    """What stands above the conversation; `doing` is "rename" or "delete" while that is under way."""
    return rendered("head.html", session=session, doing=doing)
