"""The conversation of one tab: its turns, numbered as they are kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ..people.exchanges import Conversation, Exchange
from ..people.feedback import Verdict
from ..records import Answer, Passage

Kept = Literal["no", "asked", "whole"]
"""How much of a turn is kept: nothing, its question, or all there is of it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of the conversation and what came of it so far."""

    number: int
    """Its own for as long as the conversation is kept; cards and permalinks are called by it."""
    exchange: Exchange
    passages: tuple[Passage, ...] = ()
    """What was found for it, before its answer is whole."""
    running: bool = False
    ahead: int = 0
    """How many questions of others are answered first."""
    kept: Kept = "no"

    @property
    def answer(self) -> Answer | None:
        """The whole answer, where there is one."""
        return self.exchange.answer

    @property
    def found(self) -> tuple[Passage, ...]:
        """The passages that were found for it."""
        return tuple(self.answer.passages) if self.answer else self.passages

    @property
    def understood(self) -> str:
        """How the question was understood, where that is not how it was asked."""
        return understood(self.exchange)


@dataclass(frozen=True, slots=True)
class Session:
    """What one tab shows: a conversation, kept or not yet begun."""

    conversation_id: str = ""
    name: str = ""
    turns: tuple[Turn, ...] = ()
    trouble: str = ""
    """Why the conversation is not kept, in words."""
    deleted: bool = False
    """Whether it is not kept because it was deleted in another window meanwhile."""
    verdicts: Mapping[int, Verdict] = field(default_factory=dict)
    """What was said of its answers, by the numbers of the turns."""
    asked: int = 0
    """Which of the tab's events it is of: what is under way of an earlier one shows nothing any more."""

    @property
    def last(self) -> Turn | None:
        """The newest turn."""
        return self.turns[-1] if self.turns else None

    @property
    def answers(self) -> list[Answer]:
        """The answers so far, oldest first: the history of the next question."""
        return [turn.answer for turn in self.turns if turn.answer]

    @property
    def used(self) -> set[str]:
        """The ids of the articles that something is shown of."""
        found = {passage.document_id for turn in self.turns for passage in turn.found}
        return found | {c.document_id for answer in self.answers for c in answer.citations}

    def turn(self, number: int) -> Turn | None:
        """The turn of that number, where there is one."""
        return next((turn for turn in self.turns if turn.number == number), None)

    def before(self, number: int) -> Session:
        """The same without the turn of that number and all after it."""
        return replace(self, turns=tuple(turn for turn in self.turns if turn.number < number))

    def settled(self) -> Session:
        """The same with nothing under way."""
        if self.last is None or not self.last.running:
            return self
        return self.with_last(replace(self.last, running=False, ahead=0))

    def with_last(self, turn: Turn) -> Session:
        """The same with another newest turn."""
        return replace(self, turns=(*self.turns[:-1], turn))


def understood(exchange: Exchange) -> str:
    """How a question was understood, where that is not how it was asked."""
    said = exchange.answer.understood if exchange.answer else ""
    return "" if said == exchange.question else said


def opened(conversation: Conversation) -> Session:
    """A kept conversation as a tab shows it."""
    turns = tuple(Turn(number, exchange, kept="whole") for number, exchange in conversation.exchanges.items())
    return Session(conversation.conversation_id, conversation.name, turns)
