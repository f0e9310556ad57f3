"""An answer as it comes, and the stop button for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from typing import Self

from ..language_models.stopping import Stop
from ..records import Event


class Stream(Iterator[Event]):
    """The events of one answer: `Retrieved`, then `Text` pieces that are never taken back, then `Done`.

    `Waiting` comes between while the language model answers others. `close`, from any thread and at any time, stops
    the answer: a thread that waits for the next event finds within a tenth of a second that there is none.
    """

    def __init__(self, start: Callable[[Stop], Generator[Event]]) -> None:
        self._closed = threading.Event()
        self._events = start(self._closed.is_set)

    def __next__(self) -> Event:
        event = next(self._events)
        if self._closed.is_set():  # `close` found this thread at work and left the end to it
            self._events.close()
            raise StopIteration
        return event

    def close(self) -> None:
        """Stop the answer and free its place in the queue; nothing happens when it has ended."""
        self._closed.set()
        with suppress(ValueError):  # another thread waits in it, and looks at `_closed`
            self._events.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
