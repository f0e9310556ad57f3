"""Told to stop, page server and owner finish answers within a bound, refuse what is new, and say so."""

import contextlib
import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant import Assistant, Done, ShuttingDown
from assistant.service import wire
from assistant.service.client import RemoteEngine
from assistant.service.owner_process import stop
from assistant.settings import Settings
from assistant.web.address import listen
from assistant.web.asking import UnderWay
from assistant.web.server import application, configured
from assistant.web.stopping_server import Server
from assistant.web.turns import Session
from tests.browsing import served
from tests.conftest import OpenEngine, article
from tests.owners import start
from tests.stand_in import EndlessServer, SlowServer
from tests.waiting import DEADLINE, wait_for

SAID = "Acme owns the port outright."
QUESTION = {"question": "who owns the port?"}
WORDS = json.dumps({"claims": [{"sentence": 1, "claim": SAID}]})
CUT_OFF = "the server was stopped before this answer was whole; ask again in a minute"
REFUSED = "the server is being stopped; ask again in a minute"


@pytest.fixture(autouse=True)
def _port(settings: Settings) -> None:
    article(settings.corpus_dir, "a.md", SAID, title="Port", published="2026-01-14")


@contextlib.contextmanager
def serving(
    settings: Settings, tmp_path: Path, server: SlowServer | EndlessServer, stop_seconds: float
) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """The page's server, whose model is a server of ours, and a client of it."""
    given = {
        "ASSISTANT_CORPUS_DIR": str(settings.corpus_dir),
        "ASSISTANT_LLM": "openai:stand-in",
        "ASSISTANT_LLM_BASE_URL": server.base_url,
        "ASSISTANT_STOP_SECONDS": str(stop_seconds),
    }
    with (
        served(tmp_path, program="tests.light_page", **given) as (process, address),
        httpx.Client(base_url=address, timeout=DEADLINE) as client,
    ):
        yield process, client


@pytest.mark.processes
def test_a_server_that_is_told_to_stop_finishes_its_answers_and_tells_others_to_come_back(
    settings: Settings, tmp_path: Path
):
    with (
        SlowServer(WORDS, 4.0) as server,
        serving(settings, tmp_path, server, 60) as (process, client),
        ThreadPoolExecutor(2) as pool,
    ):
        assert client.get("/ready").text == "ready"
        ways = ({"stream": False}, {"stream": True})
        answers = [pool.submit(client.post, "/api/ask", json=QUESTION | way) for way in ways]
        for _ in answers:
            assert server.asked.acquire(timeout=DEADLINE)
        owner = wire.Address.read(settings.data_dir)
        process.terminate()
        wait_for(lambda: client.get("/ready").status_code == 503)
        assert not any(answer.done() for answer in answers)
        assert (client.get("/health").text, client.get("/ready").text) == ("ok", "stopping")
        for path, body in (("/api/ask", QUESTION), ("/v1/chat/completions", chat(QUESTION["question"]))):
            refused = client.post(path, json=body)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
            assert REFUSED in refused.text
        whole, streamed = (answer.result(DEADLINE) for answer in answers)
        assert whole.json()["text"] == "Acme owns the port outright [1]."
        assert "event: done" in streamed.text
        assert process.wait(DEADLINE) == 0
    assert owner
    assert not running_fake(owner.process)


def chat(question: str) -> dict[str, Any]:
    return {"model": "assistant", "messages": [{"role": "user", "content": question}]}


def running_fake(process: int) -> bool:
    try:
        return b"fake_owner" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


@contextlib.contextmanager
def serving_in_a_thread(
    assistant: Assistant, said: list[str]
) -> Iterator[tuple[Server, httpx.Client, threading.Thread]]:
    with listen("127.0.0.1", 0) as line:
        host, port = line.getsockname()
        server = Server(configured(application(assistant)), assistant, said.append)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [line]})
        thread.start()
        with httpx.Client(base_url=f"http://{host}:{port}", timeout=DEADLINE) as client:
            yield server, client, thread
        server.should_exit = True
        thread.join(DEADLINE)


def test_an_answer_that_takes_longer_than_the_bound_is_cut_off_with_a_line(settings: Settings, open_engine: OpenEngine):
    said: list[str] = []
    with EndlessServer() as model, ThreadPoolExecutor(1) as pool:
        given = {"llm": "openai:endless", "llm_base_url": model.base_url, "stop_seconds": 1.0}
        chosen = settings.model_copy(update=given)
        with serving_in_a_thread(Assistant(open_engine(settings=chosen), chosen), said) as (server, client, thread):
            streamed = pool.submit(client.post, "/api/ask", json=QUESTION | {"stream": True})
            assert model.asked.acquire(timeout=DEADLINE)
            server.handle_exit(signal.SIGTERM, None)
            assert CUT_OFF in streamed.result(DEADLINE).text
            thread.join(DEADLINE)
            assert not thread.is_alive()
        assert model.hung_up.acquire(timeout=DEADLINE)  # it is not left at work for nobody
    assert said == ["stopping after the answers under way (1), in 1 s at most"]


def test_a_second_signal_ends_it_at_once(settings: Settings, open_engine: OpenEngine):
    with EndlessServer() as model, ThreadPoolExecutor(1) as pool:
        given = {"llm": "openai:endless", "llm_base_url": model.base_url, "stop_seconds": DEADLINE}
        chosen = settings.model_copy(update=given)
        with serving_in_a_thread(Assistant(open_engine(settings=chosen), chosen), []) as (server, client, thread):
            streamed = pool.submit(client.post, "/api/ask", json=QUESTION | {"stream": True})
            assert model.asked.acquire(timeout=DEADLINE)
            for _ in range(2):
                server.handle_exit(signal.SIGINT, None)
            thread.join(DEADLINE / 2)
            assert not thread.is_alive()
            with pytest.raises(httpx.HTTPError):
                streamed.result(DEADLINE)


@pytest.mark.processes
def test_stop_waits_for_answers_under_way_and_cuts_off_those_that_take_longer_than_the_bound(settings: Settings):
    with SlowServer(WORDS, 2.0, DEADLINE) as server:
        given = {"llm": "openai:slow", "llm_base_url": server.base_url, "stop_seconds": 5.0}
        chosen = settings.model_copy(update=given)
        owner = start(chosen)
        with Assistant.open(chosen) as assistant, ThreadPoolExecutor(2) as pool:
            answers = [pool.submit(ended, assistant) for _ in range(2)]
            for _ in answers:
                assert server.asked.acquire(timeout=DEADLINE)
            assert stop(chosen) == "stopped"
            assert {answer.result(DEADLINE) for answer in answers} == {"Acme owns the port outright [1].", CUT_OFF}
        assert owner.wait(DEADLINE) == 0


def ended(assistant: Assistant) -> str:
    try:
        return assistant.ask("who owns the port?").text
    except ShuttingDown as error:
        return str(error)


@pytest.mark.processes
def test_a_program_that_is_about_to_end_starts_no_owner_any_more(settings: Settings):
    owner = start(settings)
    engine = RemoteEngine(settings)
    engine.leave()
    assert engine.overview(lambda _: None).total == 1  # the one that is there goes on serving it
    assert stop(settings) == "stopped"
    assert owner.wait(DEADLINE) == 0
    with pytest.raises(ShuttingDown, match=REFUSED):
        engine.overview(lambda _: None)
    assert wire.Address.read(settings.data_dir) is None


def test_the_page_shows_why_it_takes_no_question(settings: Settings, open_engine: OpenEngine):
    with Assistant(open_engine(), settings) as assistant:
        under_way = assistant.stream("who owns the port?")
        next(under_way)
        assistant.leave()
        *_, session = UnderWay(assistant).ask("who owns the port?", Session(), None, "tab")
        assert session.turns[-1].exchange.failure == REFUSED
        assert assistant.leaving.under_way == 1
        assert isinstance(list(under_way)[-1], Done)
        assert assistant.leaving.under_way == 0
