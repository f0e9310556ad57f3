"""One model for many people: their order, their number, and that who leaves leaves nothing behind.

The limits that users feel are measured in benchmarks/streaming.py; here the deadline is ten times as long.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Generator, Iterator

import pytest

from assistant.api import Assistant
from assistant.errors import ModelBusy
from assistant.language_models.models import ChatModel
from assistant.language_models.precedence import Precedence
from assistant.language_models.queueing import FairQueue, Place
from assistant.language_models.stopping import Stopped, never, pieces, result
from assistant.records import Done, Event, Retrieved, Text, Waiting
from assistant.service.engine import Engine
from assistant.service.streaming import Stream
from assistant.settings import Settings
from tests.conftest import OpenEngine, article
from tests.fakes import slow

DEADLINE = 20.0
FOREVER = 60.0
PORTS = {f"{letter}{3 * letter.lower()}um": f"{letter}{3 * letter.lower()}ov" for letter in "ABCDEFGHIJKLMNOPQRST"}


def before_long(true: Callable[[], bool]) -> bool:
    """Whether it becomes true within the deadline."""
    ends = time.monotonic() + DEADLINE
    while not true() and time.monotonic() < ends:
        time.sleep(0.01)
    return true()


@pytest.fixture
def ports(settings: Settings) -> None:
    for port, owner in PORTS.items():
        article(settings.corpus_dir, f"{port}.md", f"{owner} owns {port} outright.", title=f"About {port}")


@pytest.fixture
def assistant(open_engine: OpenEngine, settings: Settings, ports: None) -> Callable[[ChatModel], Assistant]:
    def on(model: ChatModel) -> Assistant:
        engine: Engine = open_engine(model)
        engine.sync()
        return Assistant(engine, settings)

    return on


def test_weighing_gives_way_to_finding_and_not_for_ever():
    precedence = Precedence()
    precedence.giving_way(FOREVER)()  # nobody is there to give way to
    went_on = threading.Event()
    with precedence.quick():
        with precedence.quick():
            waiting = threading.Thread(target=lambda: (precedence.giving_way(FOREVER)(), went_on.set()))
            waiting.start()
        assert not went_on.wait(0.1)  # one of the two is still there
        give_way = precedence.giving_way(0.05)
        give_way()
        began = time.monotonic()
        for _ in range(100):
            give_way()  # has waited as long as it does in all
        assert time.monotonic() - began < 0.05 * 10
    assert before_long(went_on.is_set)
    waiting.join()


def test_who_came_first_is_served_first_and_each_is_told_how_many_are_ahead():
    queue = FairQueue(1)
    first, second, third = queue.join(), queue.join(), queue.join()
    assert [place.ahead for place in (first, second, third)] == [0, 1, 2]
    waiting = third.wait(never)
    assert next(waiting) == 2
    with second:  # who leaves from the middle lets the others move up
        pass
    assert next(waiting) == 1
    with first:
        pass
    assert list(waiting) == [0]


def test_as_many_wait_as_may_and_one_more_is_told_to_come_back():
    queue = FairQueue(at_once=2, bound=1)
    places = [queue.join() for _ in range(3)]
    with pytest.raises(ModelBusy, match=r"is full \(1 waiting\); ask again in a minute"):
        queue.join()
    with places[0]:
        pass
    assert isinstance(queue.join(), Place)


def test_waiting_ends_when_nobody_wants_the_answer():
    queue = FairQueue(1)
    queue.join()
    with pytest.raises(Stopped), queue.join() as place:
        list(place.wait(lambda: True))
    assert queue.join().ahead == 1


def test_a_call_is_cancelled_when_nobody_wants_its_result():
    cancelled = threading.Event()

    async def call() -> None:
        try:
            await asyncio.sleep(FOREVER)
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
            await asyncio.sleep(FOREVER)
        finally:
            cancelled.set()

    got = pieces(source(), never)
    assert [next(got), next(got)] == [1, 2]
    got.close()
    assert cancelled.wait(DEADLINE)


def test_a_stream_closed_by_another_thread_ends_the_generation_and_frees_its_place(assistant):
    model = slow(FOREVER)
    stream = assistant(model).stream("who owns Aaaaum?")
    seen: list[object] = []
    reader = threading.Thread(target=lambda: seen.extend(stream))
    reader.start()
    assert before_long(lambda: model.chat.under_way == 1)
    stream.close()
    reader.join(DEADLINE)
    assert not reader.is_alive()
    assert [type(event) for event in seen] == [Retrieved]
    assert before_long(lambda: model.chat.cancelled == 1)
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


def test_who_leaves_the_queue_does_not_hold_it_up(assistant):
    model = slow(FOREVER)
    asked = assistant(model)
    streams = [asked.stream(f"who owns {port}?") for port in list(PORTS)[:3]]
    readers = [threading.Thread(target=list, args=(stream,)) for stream in streams]
    for number, reader in enumerate(readers, start=1):
        reader.start()
        assert before_long(lambda number=number: len(model.queue.line) == number)
    streams[1].close()
    readers[1].join(DEADLINE)
    streams[0].close()
    assert before_long(lambda: model.chat.under_way == 1 and model.chat.cancelled == 1)
    streams[2].close()
    for reader in readers:
        reader.join(DEADLINE)
    assert model.queue.line == []
    assert model.chat.most_at_once == 1


def test_an_awaited_stream_that_is_left_ends_the_generation(assistant):
    model = slow(FOREVER)

    async def leave() -> None:
        async for event in assistant(model).astream("who owns Aaaaum?"):
            assert isinstance(event, Retrieved)
            break

    asyncio.run(leave())
    assert before_long(lambda: model.queue.line == [] and model.chat.under_way == 0)


def test_an_awaited_answer_that_is_given_up_ends_the_generation(assistant):
    model = slow(FOREVER)

    async def give_up() -> None:
        asking = asyncio.ensure_future(assistant(model).aask("who owns Aaaaum?"))
        while not model.chat.under_way:
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    asyncio.run(give_up())
    assert before_long(lambda: model.queue.line == [] and model.chat.cancelled == 1)


def test_twenty_people_at_once_get_their_own_answers_one_after_the_other(assistant):
    model = slow(0.02)
    asked = assistant(model)
    answers: dict[str, str] = {}
    told: dict[str, list[int]] = {}

    def ask(port: str) -> None:
        events = list(asked.stream(f"who owns {port}?"))
        told[port] = [event.ahead for event in events if isinstance(event, Waiting)]
        assert isinstance(events[-1], Done)
        answers[port] = events[-1].answer.text
        assert "".join(event.piece for event in events if isinstance(event, Text)) == answers[port]

    threads = [threading.Thread(target=ask, args=(port,)) for port in PORTS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(FOREVER)
    assert answers == {port: f"{owner} owns {port} outright [1]." for port, owner in PORTS.items()}
    assert model.chat.most_at_once == 1
    assert model.chat.replies == len(PORTS)
    assert any(told.values())
    assert all(places == sorted(places, reverse=True) for places in told.values())
    assert all(places[-1] == 0 for places in told.values() if places)


def test_one_more_than_may_wait_is_an_error_and_the_others_get_their_answers(assistant):
    model = slow(0.3, bound=1)
    asked = assistant(model)
    first = asked.stream("who owns Aaaaum?")
    second = asked.stream("who owns Bbbbum?")

    def running(stream: Iterator[object]) -> threading.Thread:
        thread = threading.Thread(target=list, args=(stream,))
        thread.start()
        return thread

    threads = [running(first)]
    assert before_long(lambda: len(model.queue.line) == 1)
    threads.append(running(second))
    assert before_long(lambda: len(model.queue.line) == 2)
    with pytest.raises(ModelBusy):
        asked.ask("who owns Ccccum?")
    for thread in threads:
        thread.join(FOREVER)
    assert model.chat.replies == 2
