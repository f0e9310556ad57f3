"""How many threads wait for the owner process at once: with fewer than people, one more would wait unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI

from ..settings import Settings

_OTHERS = 64
"""For what is quick: lists, articles, the page."""


def threads_for(settings: Settings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What a web application does while it runs: it may wait for every question that the model's queue takes.

    One that finds no place there comes back at once with a line that says so; with the 40 threads that there are
    without this, it would wait before the queue, and nothing would say so.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        threads = anyio.to_thread.current_default_thread_limiter()
        threads.total_tokens = max(threads.total_tokens, settings.llm_at_once + settings.max_waiting + _OTHERS)
        yield

    return lifespan
