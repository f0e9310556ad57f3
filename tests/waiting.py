"""Waiting until something is true. The deadline only stops a hang: it says nothing of how fast anything is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

DEADLINE = 120.0
"""Seconds; a machine that does much else needs a tenth of it at most."""
_LOOK_EVERY = 0.01


def wait_for(true: Callable[[], object]) -> None:
    """Until it is true."""
    ends = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(_LOOK_EVERY)


async def await_for(true: Callable[[], object]) -> None:
    """The same, while others on this loop go on."""
    async with asyncio.timeout(DEADLINE):
        while not true():
            await asyncio.sleep(_LOOK_EVERY)
