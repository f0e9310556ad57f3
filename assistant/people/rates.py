"""How much of something one person may do within a time, by a moving window (the package `limits`)."""

from __future__ import annotations

import time

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class Rate:
    """At most `amount` within `seconds`, for each key. Safe to use from several threads; forgotten with the process."""

    def __init__(self, amount: int, seconds: int) -> None:
        self._item = RateLimitItemPerSecond(amount, seconds)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def take(self, key: str) -> float:
        """Count one more. 0, or the seconds until one more is allowed, in which case it does not count."""
        return 0.0 if self._limiter.hit(self._item, key) else self._wait(key)

    def wait(self, key: str) -> float:
        """The seconds until one more is allowed; 0 where it is now. Nothing is counted."""
        return 0.0 if self._limiter.test(self._item, key) else self._wait(key)

    def _wait(self, key: str) -> float:
        return max(1.0, self._limiter.get_window_stats(self._item, key).reset_time - time.time())
