"""Owner and client, in real processes. The owner of these tests runs on fakes; see fake_owner.py."""

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from multiprocessing.connection import Client
from pathlib import Path

import pytest

from assistant import Assistant, Done, OwnerError, QuestionError, Settings, UnknownDocument
from assistant.errors import IndexFailure
from assistant.service import wire
from assistant.service.client import RemoteEngine
from assistant.service.engine import Engine
from assistant.service.owner_process import stop
from tests.conftest import article
from tests.fakes import WordEmbedder
from tests.owners import start
from tests.waiting import DEADLINE, wait_for

pytestmark = pytest.mark.processes


@pytest.fixture
def port_article(settings: Settings) -> Path:
    return article(settings.corpus_dir, "a.md", "Acme owns the port outright.", title="Port", published="2026-01-14")


@pytest.fixture
def owner(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """An owner process on fakes, listening."""
    process = start(settings)
    yield process
    if process.poll() is None:
        process.terminate()
    process.wait(DEADLINE)


@pytest.mark.usefixtures("owner", "port_article")
def test_two_clients_share_one_owner_and_get_the_same_answer(settings: Settings):
    with Assistant.open(settings) as one, Assistant.open(settings) as two:
        first, second = one.ask("who owns the port?"), two.ask("who owns the port?")
    assert first.text == second.text == "Acme owns the port outright [1]."
    assert first.citations == second.citations


@pytest.mark.usefixtures("owner")
def test_errors_cross_the_line_as_what_they_are(settings: Settings):
    with Assistant.open(settings) as assistant:
        with pytest.raises(UnknownDocument, match="'nobody'"):
            assistant.document("nobody")
        with pytest.raises(QuestionError):
            assistant.ask(" ")
        assert assistant.documents() == []


@pytest.mark.usefixtures("owner", "port_article")
def test_what_one_client_adds_the_other_finds(settings: Settings, tmp_path: Path):
    with Assistant.open(settings) as one, Assistant.open(settings) as two:
        two.sync()
        one.add(article(tmp_path / "drop", "b.md", "The mine was shut."))
        assert two.search("mine")[0].source == "b.md"


@pytest.mark.usefixtures("owner", "port_article")
def test_a_client_with_threads_mixes_nothing_up(settings: Settings):
    article(settings.corpus_dir, "b.md", "The mine was shut.", title="Mine")
    right = []
    with Assistant.open(settings) as assistant:
        assistant.sync()

        def ask(question: str, source: str) -> None:
            right.append(assistant.search(question)[0].source == source)

        threads = [threading.Thread(target=ask, args=pair) for pair in [("port", "a.md"), ("mine", "b.md")] * 10]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert right == [True] * 20


@pytest.mark.usefixtures("port_article")
def test_a_killed_owner_is_replaced_by_the_next_call(settings: Settings, owner: subprocess.Popen[bytes]):
    with Assistant.open(settings) as assistant:
        assistant.sync()
        owner.send_signal(signal.SIGKILL)
        owner.wait(DEADLINE)
        replacement = start(settings)
        try:
            assert assistant.search("port")[0].source == "a.md"
        finally:
            replacement.terminate()
            replacement.wait(DEADLINE)


@pytest.mark.usefixtures("owner")
def test_a_second_engine_on_the_same_folder_is_refused(settings: Settings):
    with pytest.raises(OwnerError, match="held by process"):
        Engine(settings, WordEmbedder())


def test_who_does_not_hold_the_key_is_not_let_in(settings: Settings, owner: subprocess.Popen[bytes]):
    address = wire.Address.read(settings.data_dir)
    assert address
    with Client(("127.0.0.1", address.port)) as stranger:
        wire.send(stranger, {"call": "retire", "arguments": {}})
        assert b"CHALLENGE" in stranger.recv_bytes()
        assert b"FAILURE" in stranger.recv_bytes()
        with pytest.raises((EOFError, OSError)):
            stranger.recv_bytes()
    assert owner.poll() is None
    assert (settings.data_dir / wire.ADDRESS_FILE).stat().st_mode & 0o077 == 0


def test_an_owner_that_is_told_to_stop_ends_and_takes_its_address_away(
    settings: Settings, owner: subprocess.Popen[bytes]
):
    assert stop(settings)
    assert owner.wait(DEADLINE) == 0
    assert wire.Address.read(settings.data_dir) is None
    assert not stop(settings)


def test_an_owner_ends_when_nobody_has_been_connected_for_a_while(settings: Settings):
    brief = Settings(**{**settings.model_dump(), "owner_idle_seconds": 0.5})
    process = start(brief)
    with Assistant.open(brief) as assistant:
        assistant.sync()
    assert process.wait(DEADLINE) == 0


@pytest.mark.usefixtures("owner", "port_article")
def test_closing_a_stream_leaves_the_owner_ready_for_the_next(settings: Settings):
    with Assistant.open(settings) as assistant:
        stream = assistant.stream("who owns the port?")
        next(stream)
        stream.close()
        assert isinstance(list(assistant.stream("who owns the port?"))[-1], Done)


def test_a_stale_address_is_no_hindrance(settings: Settings):
    settings.data_dir.mkdir()
    stale = {"port": 1, "key": "00", "process": 1, "build": "", "held": {}}
    (settings.data_dir / wire.ADDRESS_FILE).write_text(json.dumps(stale), encoding="utf-8")
    assert not stop(settings)
    process = start(settings)
    with Assistant.open(settings) as assistant:
        assert assistant.documents() == []
    process.terminate()
    process.wait(DEADLINE)


@pytest.mark.parametrize("folder", ["/proc/nowhere", "in-the-way/index"])
def test_a_data_folder_that_cannot_be_written_is_one_line(settings: Settings, tmp_path: Path, folder: str):
    (tmp_path / "in-the-way").write_text("a file", encoding="utf-8")
    unwritable = Settings(**{**settings.model_dump(), "data_dir": tmp_path / folder})
    with pytest.raises(IndexFailure, match="set data_dir"):
        RemoteEngine(unwritable)


@pytest.mark.model
@pytest.mark.usefixtures("port_article")
def test_the_first_client_starts_an_owner_and_the_second_does_not_load_again(settings: Settings):
    steps: list[str] = []
    with Assistant.open(settings, progress=lambda p: steps.append(p.step)) as assistant:
        assert assistant.ask("who owns the port?").answered
    assert "loading the embedding model" in steps
    steps.clear()
    with Assistant.open(settings, progress=lambda p: steps.append(p.step)) as assistant:
        assert assistant.ask("who owns the port?").answered
    assert steps == []
    address = wire.Address.read(settings.data_dir)
    assert stop(settings)
    assert address
    wait_for(lambda: not running(address.process))


def running(process: int) -> bool:
    try:
        return b"assistant.service.owner" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False
