"""A fair queue: first come, first served; a bounded number waits, and each is told how many are before it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Self

from ..errors import ModelBusy
from .stopping import LOOK_EVERY, Stop, Stopped


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
