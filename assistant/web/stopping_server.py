"""The server's end: told to stop, it answers what is under way, and tells everybody else to come back.

signal → `Assistant.leave`, /ready says 503 → no answer under way, or `stop_seconds` later → connections are closed
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import FrameType

import uvicorn

from ..api import Assistant

_LEAST = 0.5
"""Seconds until it ends at the earliest: an answer that was about to begin is counted by then."""
_CUT_OFF_WITHIN = 2.0


class Server(uvicorn.Server):
    """Listens on after the first signal, as who cannot connect is told nothing. A second one ends it at once."""

    def __init__(self, config: uvicorn.Config, assistant: Assistant, say: Callable[[str], None]) -> None:
        super().__init__(config)
        self.told = 0
        """The signal that ended it; 0 before."""
        self._assistant = assistant
        self._say = say
        self._began = 0.0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as uvicorn calls it
        """Begin to stop."""
        if self.told:
            self.should_exit = self.force_exit = True
        self.told = sig
        self._assistant.leave()

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to end, asked every tenth of a second."""
        over = await super().on_tick(counter)
        if not self.told or over:
            return over
        now, leaving = time.monotonic(), self._assistant.leaving
        at_most = self._assistant.settings.stop_seconds
        if not self._began:
            self._began = now
            if leaving.under_way:
                self._say(f"stopping after the answers under way ({leaving.under_way}), in {at_most:g} s at most")
        waited = now - self._began
        leaving.over = waited >= at_most
        return waited >= _LEAST and (not leaving.under_way or waited >= at_most + _CUT_OFF_WITHIN)
