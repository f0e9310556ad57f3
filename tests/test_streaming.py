"""Who leaves an answer, in whatever way, leaves nothing behind."""

import asyncio
import threading
from collections.abc import Generator

import pytest

from assistant.records import Event, Retrieved, Waiting
from assistant.service.streaming import Stream
from assistant.settings import Settings
from tests.conftest import OpenEngine
from tests.fakes import held
from tests.ports import on_ports
from tests.waiting import DEADLINE, await_for, wait_for

QUESTION = "who owns Aaaaum?"


def test_a_stream_closed_by_another_thread_ends_the_generation_and_frees_its_place(
    settings: Settings, open_engine: OpenEngine
):
    model = held()
    stream = on_ports(settings, open_engine, model).stream(QUESTION)
    seen: list[object] = []
    reader = threading.Thread(target=lambda: seen.extend(stream))
    reader.start()
    wait_for(lambda: model.chat.under_way == 1)
    stream.close()
    reader.join(DEADLINE)
    assert not reader.is_alive()
    assert [type(event) for event in seen] == [Retrieved]
    wait_for(lambda: model.chat.cancelled == 1)
    assert model.queue.line == []


def test_a_stream_that_is_closed_just_when_an_event_comes_ends_with_it():
    at_work, closed, ended = threading.Event(), threading.Event(), threading.Event()

    def events(_: object) -> Generator[Event]:
        try:
            at_work.set()
            assert closed.wait(DEADLINE)
            yield Waiting(1)
        finally:
            ended.set()

    stream = Stream(events)
    seen: list[Event] = []
    reader = threading.Thread(target=lambda: seen.extend(stream))
    reader.start()
    assert at_work.wait(DEADLINE)
    stream.close()
    closed.set()
    reader.join(DEADLINE)
    assert ended.is_set()
    assert seen == []


def test_an_awaited_stream_that_is_left_ends_the_generation(settings: Settings, open_engine: OpenEngine):
    model = held()
    assistant = on_ports(settings, open_engine, model)

    async def leave() -> None:
        async for event in assistant.astream(QUESTION):
            assert isinstance(event, Retrieved)
            break

    asyncio.run(leave())
    wait_for(lambda: model.queue.line == [] and model.chat.under_way == 0)


def test_an_awaited_answer_that_is_given_up_ends_the_generation(settings: Settings, open_engine: OpenEngine):
    model = held()
    assistant = on_ports(settings, open_engine, model)

    async def give_up() -> None:
        asking = asyncio.ensure_future(assistant.aask(QUESTION))
        await await_for(lambda: model.chat.under_way)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    asyncio.run(give_up())
    wait_for(lambda: model.queue.line == [] and model.chat.cancelled == 1)
