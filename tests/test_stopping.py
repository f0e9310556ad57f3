"""Calls of a model that nobody wants any more are cancelled."""

import asyncio
import threading

import pytest

from assistant.language_models.stopping import Stopped, never, pieces, result
from tests.waiting import DEADLINE


async def for_ever() -> None:
    await asyncio.Event().wait()


def test_a_call_is_cancelled_when_nobody_wants_its_result():
    cancelled = threading.Event()

    async def call() -> None:
        try:
            await for_ever()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(Stopped):
        result(call(), lambda: True)
    assert cancelled.wait(DEADLINE)


def test_what_a_call_raises_is_raised_here_as_it_is():
    async def call() -> None:
        raise TimeoutError("of its own")

    with pytest.raises(TimeoutError, match="of its own"):
        result(call(), never)


def test_pieces_come_as_they_arrive_and_closing_cancels_the_rest():
    cancelled = threading.Event()

    async def source():
        try:
            yield 1
            yield 2
            await for_ever()
        finally:
            cancelled.set()

    got = pieces(source(), never)
    assert [next(got), next(got)] == [1, 2]
    got.close()
    assert cancelled.wait(DEADLINE)
