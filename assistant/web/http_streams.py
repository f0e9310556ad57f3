"""Streamed answers over HTTP: events as they come, an error as the last of them, and an end when nobody listens."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from itertools import chain

import anyio.to_thread
from fastapi.responses import StreamingResponse

from ..errors import AssistantError
from ..records import Event
from ..streaming import Stream

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""The second has nginx hand each event on as it comes."""


def streamed(
    events: Stream, told: Callable[[Event], Iterable[str]], failed: Callable[[AssistantError], str], end: str = ""
) -> StreamingResponse:
    """Server-sent events. `told` says what each event is on the wire, and `failed` what an error is.

    The first event is waited for here, so that what keeps an answer from beginning is an error of HTTP.
    """
    try:
        first = next(events)
    except BaseException:
        events.close()
        raise

    async def lines() -> AsyncIterator[str]:
        try:
            for line in told(first):
                yield line
            # A thread that waits for the next event is left behind when the caller hangs up; `close` ends it.
            following = partial(next, events, None)
            while event := await anyio.to_thread.run_sync(following, abandon_on_cancel=True):
                for line in told(event):
                    yield line
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
