"""One model for many people: their order, their number, and that who leaves does not hold up the others."""

import threading
from collections.abc import Iterator

import pytest

from assistant.errors import ModelBusy
from assistant.language_models.queueing import FairQueue, Place
from assistant.language_models.stopping import Stopped, never
from assistant.records import Done, Text, Waiting
from assistant.settings import Settings
from tests.conftest import OpenEngine
from tests.fakes import held
from tests.ports import PORTS, on_ports
from tests.waiting import DEADLINE, wait_for


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


def started(stream: Iterator[object]) -> threading.Thread:
    """Somebody who reads a stream to its end."""
    thread = threading.Thread(target=list, args=(stream,))
    thread.start()
    return thread


def test_who_leaves_the_queue_does_not_hold_it_up(settings: Settings, open_engine: OpenEngine):
    model = held()
    asked = on_ports(settings, open_engine, model)
    streams = [asked.stream(f"who owns {port}?") for port in list(PORTS)[:3]]
    readers = []
    for number, stream in enumerate(streams, start=1):
        readers.append(started(stream))
        wait_for(lambda number=number: len(model.queue.line) == number)
    wait_for(lambda: model.chat.under_way == 1)
    streams[1].close()
    readers[1].join(DEADLINE)
    streams[0].close()
    wait_for(lambda: model.chat.under_way == 1 and model.chat.cancelled == 1)
    streams[2].close()
    for reader in readers:
        reader.join(DEADLINE)
    assert model.queue.line == []
    assert model.chat.most_at_once == 1


def test_twenty_people_at_once_get_their_own_answers_one_after_the_other(settings: Settings, open_engine: OpenEngine):
    model = held()
    asked = on_ports(settings, open_engine, model)
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
    wait_for(lambda: len(model.queue.line) == len(PORTS))
    model.chat.let_go()
    for thread in threads:
        thread.join(DEADLINE)
    assert answers == {port: f"{owner} owns {port} outright [1]." for port, owner in PORTS.items()}
    assert model.chat.most_at_once == 1
    assert model.chat.replies == len(PORTS)
    assert sorted(places[0] if places else 0 for places in told.values()) == list(range(len(PORTS)))
    assert all(places == sorted(places, reverse=True) for places in told.values())
    assert all(places[-1] == 0 for places in told.values() if places)


def test_one_more_than_may_wait_is_an_error_and_the_others_get_their_answers(
    settings: Settings, open_engine: OpenEngine
):
    model = held(bound=1)
    asked = on_ports(settings, open_engine, model)
    threads = []
    for number, port in enumerate(list(PORTS)[:2], start=1):
        threads.append(started(asked.stream(f"who owns {port}?")))
        wait_for(lambda number=number: len(model.queue.line) == number)
    with pytest.raises(ModelBusy):
        asked.ask("who owns Ccccum?")
    model.chat.let_go()
    for thread in threads:
        thread.join(DEADLINE)
    assert model.chat.replies == 2
