"""Answers over HTTP, whole or as events that come one by one; hanging up stops either."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from itertools import chain
from typing import Any

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from ..errors import AssistantError
from ..records import Answer, Done, Event
from ..service.streaming import Stream

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""The second has nginx hand each event on as it comes."""
_HUNG_UP = 499
"""The status for a caller who does not listen any more, as proxies have it in their logs."""
_WAITING = CapacityLimiter(128)
"""Threads that wait for answers: others than those that the page needs, which programs could all take."""


async def whole(events: Stream, request: Request, told: Callable[[Answer], Any]) -> Response:
    """The answer when it is there, as `told` has it. Hanging up stops it. Raises AssistantError."""

    async def listen() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        events.close()

    listening = asyncio.create_task(listen())
    try:
        found = await anyio.to_thread.run_sync(list, events, limiter=_WAITING, abandon_on_cancel=True)
    finally:
        listening.cancel()
        events.close()
    answer = next((event.answer for event in found if isinstance(event, Done)), None)
    return JSONResponse(told(answer)) if answer else Response(status_code=_HUNG_UP)


async def streamed(
    events: Stream, told: Callable[[Event], Iterable[str]], failed: Callable[[AssistantError], str], end: str = ""
) -> StreamingResponse:
    """Server-sent events. `told` says what each event is on the wire, and `failed` what an error is.

    The first event is waited for here, so that what keeps an answer from beginning is an error of HTTP.
    """
    # A thread that waits for the next event is left behind when the caller hangs up; `close` ends it.
    following = partial(anyio.to_thread.run_sync, next, events, None, limiter=_WAITING, abandon_on_cancel=True)
    try:
        first = await following()
    except BaseException:
        events.close()
        raise

    async def lines() -> AsyncIterator[str]:
        event = first
        try:
            while event:
                for line in told(event):
                    yield line
                event = await following()
        except AssistantError as error:
            yield failed(error)
        finally:
            events.close()
        yield end

    return StreamingResponse(lines(), media_type="text/event-stream", headers=_HEADERS)


def sent(data: object, event: str = "") -> str:
    """One server-sent event."""
    lines = [f"event: {event}"] if event else []
    return "\n".join(chain(lines, [f"data: {json.dumps(data, ensure_ascii=False)}"])) + "\n\n"
