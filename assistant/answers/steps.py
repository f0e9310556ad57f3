"""One answer in the making: whether it is still wanted, which steps it took, and when."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..language_models.stopping import Stop, never


@dataclass(slots=True)
class Step:
    """All that was done of one kind. Times are nanoseconds since the epoch."""

    began: int
    ended: int = 0
    seconds: float = 0.0
    """How long it took in all, which is less than from beginning to end where something else came between."""
    times: int = 0


@dataclass(slots=True)
class Steps:
    """The steps of one answer by name, in the order in which they began.

    `sync` the folder is looked at, `retrieve` passages are looked up, `select` those sentences are picked that can
    answer, `load` the model is opened, `queue` others are answered first, `judge` and `write` the model is waited for,
    `check` claims are compared with their sentences.
    """

    began: int = field(default_factory=time.time_ns)
    taken: dict[str, Step] = field(default_factory=dict)
    _origin: int = field(default_factory=time.perf_counter_ns)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """While the block runs, that is what is done."""
        began = self.now()
        step = self.taken.setdefault(name, Step(began))
        try:
            yield
        finally:
            step.ended = self.now()
            step.seconds += (step.ended - began) / 1e9
            step.times += 1

    def now(self) -> int:
        """Nanoseconds since the epoch, by a clock that nobody sets meanwhile."""
        return self.began + time.perf_counter_ns() - self._origin

    def seconds(self, until: int) -> float:
        """How long after the beginning a time is."""
        return (until - self.began) / 1e9


@dataclass(frozen=True, slots=True)
class Run:
    """One answer in the making."""

    stop: Stop = never
    """Tells whether nobody wants it any more."""
    steps: Steps = field(default_factory=Steps)
