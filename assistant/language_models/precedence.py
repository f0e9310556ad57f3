"""Who goes first where all share one processor: people before what nobody waits for, quick work before slow."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


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
