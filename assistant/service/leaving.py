"""The end of a program that answers people: it takes no further question, and counts the answers still under way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import closing

from ..errors import ShuttingDown
from ..language_models.stopping import Stop
from ..records import Done, Event

REFUSED = "the server is being stopped; ask again in a minute"
CUT_OFF = "the server was stopped before this answer was whole; ask again in a minute"


class Leaving:
    """Safe to use from several threads; `begin` also from the handler of a signal, as it takes no lock."""

    def __init__(self) -> None:
        self.begun = False
        self.over = False
        """Whether nobody waits any longer for the answers under way."""
        self._turn = threading.Lock()
        self._under_way = 0

    def begin(self) -> None:
        """Refuse further questions."""
        self.begun = True

    @property
    def under_way(self) -> int:
        """How many answers are under way."""
        return self._under_way

    def refuse(self) -> None:
        """Raise ShuttingDown once this has begun."""
        if self.begun:
            raise ShuttingDown(REFUSED)

    def counted(self, begin: Callable[[Stop], Generator[Event]], stop: Stop) -> Generator[Event]:
        """The events of an answer, which is under way until they end; ShuttingDown where they are cut off."""
        event: Event | None = None
        with self._turn:
            self._under_way += 1
        try:
            with closing(begin(lambda: self.over or stop())) as events:
                for event in events:
                    yield event
        finally:
            with self._turn:
                self._under_way -= 1
        if self.over and not isinstance(event, Done):
            raise ShuttingDown(CUT_OFF)
