"""A fair queue: first come, first served; a bounded number waits, and each is told how many are before it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from ..errors import ModelBusy
from .stopping import LOOK_EVERY, Stop, Stopped


class Persons:
    """Counts the people who are answered at the moment, so that what nobody waits for can make room."""

    def __init__(self) -> None:
        self._count = 0
        self._turn = threading.Lock()

    @contextmanager
    def one(self) -> Iterator[None]:
        """While the block runs there is one more."""
        with self._turn:
            self._count += 1
        try:
            yield
        finally:
            with self._turn:
                self._count -= 1

    @property
    def there(self) -> bool:
        """Whether there are any."""
        return self._count > 0


class Precedence:
    """Lets what should be quick go before what need not be, both being Python's work, of which one is done at a time.

    Left to the interpreter, everything that is under way is slowed alike.
    """

    def __init__(self) -> None:
        self._quick = 0
        self._none = threading.Condition()

    @contextmanager
    def quick(self) -> Iterator[None]:
        """While the block runs others give way."""
        with self._none:
            self._quick += 1
        try:
            yield
        finally:
            with self._none:
                self._quick -= 1
                if not self._quick:
                    self._none.notify_all()

    def giving_way(self, at_most: float) -> Callable[[], None]:
        """Something to call often: it waits while anything quick is under way, `at_most` seconds in all."""
        left = at_most

        def wait() -> None:
            nonlocal left
            if not self._quick or left <= 0:
                return
            began = time.monotonic()
            with self._none:
                self._none.wait_for(lambda: not self._quick, timeout=left)
            left -= time.monotonic() - began

        return wait


class FairQueue:
    """Serves `at_once` at a time in the order of arrival; `bound` more may wait."""

    def __init__(self, at_once: int = 1, bound: int = 32) -> None:
        self.at_once = at_once
        self.bound = bound
        self.line: list[Place] = []
        self.moved = threading.Condition()

    def join(self) -> Place:
        """A place at the end, to be left by its `with` block. Raises ModelBusy when as many wait as may."""
        place = Place(self)
        with self.moved:
            waiting = len(self.line) - self.at_once
            if waiting >= self.bound:
                raise ModelBusy(
                    f"the queue for the language model is full ({waiting} waiting); ask again in a minute, "
                    "or raise the setting max_waiting"
                )
            self.line.append(place)
        return place


class Place:
    """A place in a queue, given up when its `with` block is left, however it is left."""

    def __init__(self, among: FairQueue) -> None:
        self._among = among

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._among.moved:
            self._among.line.remove(self)
            self._among.moved.notify_all()

    @property
    def ahead(self) -> int:
        """How many must end before it is this one's turn; 0 when it is."""
        return max(0, self._among.line.index(self) + 1 - self._among.at_once)

    def wait(self, stop: Stop) -> Iterator[int]:
        """How many are ahead, told at once and whenever it changes; 0 to one who has waited. Raises Stopped."""
        told = 0
        while ahead := self.ahead:
            if ahead != told:
                told = ahead
                yield ahead
            if stop():
                raise Stopped
            with self._among.moved:
                if self.ahead == told:
                    self._among.moved.wait(LOOK_EVERY)
        if told:
            yield 0
