"""Waiting for a model in a way that can be stopped from outside, within a twentieth of a second.

Models are asked by their asynchronous calls, on one loop of this process: a call that is cancelled there
closes its connection, which is how a model's server learns that nobody wants the rest.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from concurrent.futures import Future, wait
from contextlib import aclosing
from functools import cache
from typing import Any, TypeVar

LOOK_EVERY = 0.05
"""Seconds between two looks at whether to stop."""
Stop = Callable[[], bool]
"""Tells whether whoever asked has stopped wanting the answer."""
T = TypeVar("T")


class Stopped(Exception):
    """Nobody wants the answer any more."""


def never() -> bool:
    """The `Stop` of what nobody can stop."""
    return False


def result(call: Coroutine[Any, Any, T], stop: Stop) -> T:
    """What a call comes to. Raises Stopped, having cancelled it."""
    doing = asyncio.run_coroutine_threadsafe(call, _loop())
    try:
        while not wait([doing], LOOK_EVERY).done:
            if stop():
                raise Stopped
        return doing.result()
    finally:
        doing.cancel()


def pieces(source: AsyncGenerator[T, None], stop: Stop) -> Generator[T]:
    """What a source gives, piece by piece. Closing this, or Stopped, cancels it."""
    arrived: queue.SimpleQueue[tuple[T] | None] = queue.SimpleQueue()

    async def read() -> None:
        async with aclosing(source):
            async for piece in source:
                arrived.put((piece,))

    doing: Future[None] = asyncio.run_coroutine_threadsafe(read(), _loop())
    doing.add_done_callback(lambda _: arrived.put(None))
    try:
        while True:
            if stop():
                raise Stopped
            try:
                piece = arrived.get(timeout=LOOK_EVERY)
            except queue.Empty:
                continue
            if piece is None:
                doing.result()
                return
            yield piece[0]
    finally:
        doing.cancel()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="model calls", daemon=True).start()
    return loop
