"""What became of each question, for who runs the assistant: told once it has ended, however it ended.

question → `Account` → events pass unchanged, steps and end are noted → observers: line of the log, OpenTelemetry

This stands where every answer passes, the engine, so that it does not matter where somebody asked. Who asked is not
known here, and nobody is told.
"""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..answers.steps import Steps
from ..records import Answer, Done, Event, Retrieved, Text
from ..settings import Settings


@dataclass(slots=True)
class Account:
    """What became of one question."""

    question: str
    model: str
    """The model that was chosen, and then the one that answered."""
    question_id: str = field(default_factory=lambda: secrets.token_hex(8))
    steps: Steps = field(default_factory=Steps)
    outcome: Literal["answered", "refused", "failed", "stopped"] = "stopped"
    error: str = ""
    """The class of the error that it failed with."""
    passages: int = 0
    answer: Answer | None = None
    first_token: int = 0
    ended: int = 0
    """Nanoseconds since the epoch, both; the first is 0 where nothing was shown."""

    def note(self, event: Event) -> None:
        """Take in what an event tells."""
        if isinstance(event, Retrieved):
            self.passages = len(event.passages)
        elif isinstance(event, Text):
            self.first_token = self.first_token or self.steps.now()
        elif isinstance(event, Done):
            self.answer = event.answer
            self.model = event.answer.model or self.model
            self.outcome = "answered" if event.answer.answered else "refused"


class Observer(ABC):
    """Is told of each question that has ended."""

    @abstractmethod
    def ended(self, account: Account) -> None:
        """A question has ended. Called from the thread that answered it, so that it has to be quick."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what it holds, having told what is left to tell."""


def observed(account: Account, events: Generator[Event], observers: Sequence[Observer]) -> Generator[Event]:
    """The events of an answer as they are, and then what became of the question told to the observers."""
    try:
        for event in events:
            account.note(event)
            yield event
    except Exception as error:
        account.outcome, account.error = "failed", type(error).__name__
        raise
    finally:
        events.close()
        account.ended = account.steps.now()
        for observer in observers:
            observer.ended(account)


def observers_of(settings: Settings) -> list[Observer]:
    """Those that the settings ask for. Raises SettingsError."""
    from .question_log import QuestionLog  # it knows accounts, as the other does
    from .spans import open_spans

    found: list[Observer] = [QuestionLog(settings)] if settings.log == "json" else []
    return [*found, open_spans(settings)] if settings.otel else found
