"""Many people and a provider's server that takes many at a time: nobody waits behind one."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from assistant.errors import ModelBusy
from assistant.language_models.models import open_chat_model
from assistant.records import Done
from assistant.service.engine import Engine
from assistant.settings import Settings
from tests.browsing import serving_lightly
from tests.conftest import OpenEngine, article
from tests.stand_in import SlowServer

PORTS = [f"{letter}{3 * letter.lower()}um" for letter in "ABCDEFGHIJKLMNOPQRST"]
WORDS = '{"claims": [{"sentence": 1, "claim": "Acme owns it outright."}]}'
PEOPLE = 100
ANSWERED = re.compile(r'"answered": ?true')


@pytest.fixture
def corpus(settings: Settings) -> Path:
    for port in PORTS:
        article(settings.corpus_dir, f"{port}.md", f"Acme owns {port} outright.", title=f"About {port}")
    return settings.corpus_dir


@pytest.fixture
def asking(settings: Settings, corpus: Path, open_engine: OpenEngine) -> Callable[..., Engine]:
    """An engine that asks a server."""

    def on(server: SlowServer, **given: int) -> Engine:
        chosen = settings.model_copy(update={"llm": "openai:slow", "llm_base_url": server.base_url, **given})
        engine = open_engine(open_chat_model(chosen, lambda _: None), settings=chosen)
        engine.sync()
        list(engine.stream(f"who owns {PORTS[0]}?"))  # what is loaded once is not what is measured
        return engine

    return on


def ask_all(engine: Engine, people: int) -> tuple[int, list[str]]:
    """How many of so many people, who ask at once, have an answer, and what those are told who get none."""
    together = threading.Barrier(people)

    def ask(number: int) -> str:
        together.wait()
        try:
            *_, last = engine.stream(f"who owns {PORTS[number % len(PORTS)]}?")
        except ModelBusy as error:
            return str(error)
        assert isinstance(last, Done)
        assert last.answer.answered
        return ""

    with ThreadPoolExecutor(people) as pool:
        found = list(pool.map(ask, range(people)))
    return found.count(""), list(filter(None, found))


def test_a_hundred_people_are_answered_thirty_two_at_a_time(asking: Callable[..., Engine]):
    with SlowServer(WORDS, 1.0) as server:
        engine = asking(server, llm_at_once=32, max_waiting=PEOPLE)
        answered, _ = ask_all(engine, PEOPLE)
        assert answered == PEOPLE
        assert server.most_at_once == 32


def test_one_more_than_may_wait_is_told_so_at_once(asking: Callable[..., Engine]):
    with SlowServer(WORDS, 2.0) as server:
        engine = asking(server, llm_at_once=4, max_waiting=6)
        answered, told = ask_all(engine, 15)
    assert answered == 10
    assert len(told) == 5
    assert set(told) == {
        "the queue for the language model is full (6 waiting); ask again in a minute, or raise the setting max_waiting"
    }


@pytest.mark.processes
def test_a_hundred_people_who_ask_the_server_meet_no_other_bound_than_the_settings(corpus: Path, tmp_path: Path):
    with SlowServer(WORDS, 0.0) as server:
        chosen = {
            "ASSISTANT_CORPUS_DIR": str(corpus),
            "ASSISTANT_LLM": "openai:slow",
            "ASSISTANT_LLM_BASE_URL": server.base_url,
            "ASSISTANT_LLM_AT_ONCE": str(PEOPLE),
        }
        with serving_lightly(tmp_path, **chosen) as address, httpx.Client(timeout=60, limits=httpx.Limits()) as client:

            def ask(number: int) -> str:
                body = {"question": f"who owns {PORTS[number % len(PORTS)]}?", "stream": bool(number % 2)}
                return client.post(f"{address}/api/ask", json=body).text

            assert ANSWERED.search(ask(0))  # what is loaded once is not what is looked at
            assert server.asked.acquire(timeout=0)
            server.crowd = 65  # as many as 40 threads, or a line of 64 connections, would let through, and one more
            with ThreadPoolExecutor(PEOPLE) as pool:
                answers = pool.map(ask, range(PEOPLE))
                assert server.asked.acquire(timeout=30)
                assert client.get(f"{address}/health", timeout=10).text == "ok"
                assert all(map(ANSWERED.search, answers))
        assert server.most_at_once >= server.crowd
