"""Several processes on one corpus, in any order, while the owner is killed. Owners run on fakes: fake_owner.py."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import Assistant, Done, OwnerError, Progress, Settings, Text
from assistant.errors import AssistantError, IndexFailure
from assistant.service import owner_process, wire
from tests.conftest import CLONE, Mount, article
from tests.waiting import DEADLINE, wait_for

pytestmark = pytest.mark.processes
TERMINAL = """
from assistant.commands import cli
from assistant.service import owner_process
owner_process.owner_module = 'tests.fake_owner'
cli.main()
"""


@pytest.fixture(autouse=True)
def _owners_on_fakes(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[None]:
    monkeypatch.setattr(owner_process, "owner_module", "tests.fake_owner")
    yield
    owner_process.stop(settings)


def terminal(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    """`assistant …` in a process of its own."""
    folders = ("corpus_dir", "data_dir", "state_dir", "cache_dir", "llm", "read_only")
    named = {f"ASSISTANT_{name.upper()}": str(getattr(settings, name)) for name in folders}
    return subprocess.Popen(
        [sys.executable, "-c", TERMINAL, *arguments],
        cwd=CLONE,
        env={**os.environ, **named},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    return out


def kill_if_there(settings: Settings, killed: list[int]) -> None:
    """Between two owners there is none."""
    with contextlib.suppress(ProcessLookupError, AssertionError):
        killed.append(kill_owner(settings))


def kill_owner(settings: Settings) -> int:
    address = wire.Address.read(settings.data_dir)
    assert address, "no owner is running"
    os.kill(address.process, signal.SIGKILL)
    return address.process


@pytest.mark.parametrize("first", ["page", "terminal"])
def test_whoever_comes_first_all_work_and_see_the_same_though_the_owner_is_killed(
    settings: Settings, tmp_path: Path, first: str
):
    """The page is a client that stays, the terminal one that comes and goes."""
    article(settings.corpus_dir, "port.md", "Acme owns the port.")
    mine = article(tmp_path / "drop", "mine.md", "Bolt owns the mine.")
    quay = article(tmp_path / "drop", "quay.md", "Coal owns the quay.")
    if first == "terminal":
        finished(terminal(settings, "add", str(mine)))
        kill_owner(settings)
    with Assistant.open(settings) as page:
        if first == "page":
            finished(terminal(settings, "add", str(mine)))
        assert page.ask("Who owns the mine?").citations[0].source == "mine.md"
        kill_owner(settings)
        finished(terminal(settings, "add", str(quay)))
        assert page.ask("Who owns the quay?").citations[0].source == "quay.md"
        kill_owner(settings)
        assert page.ask("Who owns the port?").citations[0].source == "port.md"
        assert "mine.md" in finished(terminal(settings, "search", "Who owns the mine?"))
    assert len(list(settings.corpus_dir.iterdir())) == 3


def test_the_terminal_backs_up_restores_and_looks_everything_over(settings: Settings, tmp_path: Path):
    article(settings.corpus_dir, "port.md", "Acme owns the port.")
    backup = tmp_path / "backup.tar"
    finished(terminal(settings, "backup", str(backup)))
    (settings.corpus_dir / "port.md").unlink()
    assert "empty" in finished(terminal(settings, "list"))
    finished(terminal(settings, "restore", str(backup)))
    assert "port.md" in finished(terminal(settings, "list"))
    (settings.corpus_dir / "scan.pdf").write_bytes(b"%PDF")
    finished(terminal(settings, "list"))
    looked = terminal(settings, "doctor", "--json")
    out, _ = looked.communicate(timeout=DEADLINE)
    assert looked.returncode == 1
    assert [finding["what"] for finding in json.loads(out) if not finding["fine"]] == ["unread files"]


def test_many_processes_at_once_start_one_owner_and_lose_nothing(settings: Settings, tmp_path: Path):
    drops = [article(tmp_path / "drop", f"{n}.md", f"Company {n} owns pier {n}.") for n in range(6)]
    for process in [terminal(settings, "add", str(drop)) for drop in drops]:
        finished(process)
    with Assistant.open(settings) as assistant:
        assert len(assistant.documents()) == 6
    assert len(list(settings.corpus_dir.iterdir())) == 6
    assert (settings.data_dir / "owner.log").read_text(encoding="utf-8") == ""


def test_owners_that_are_killed_all_the_time_keep_no_call_from_its_end(settings: Settings, tmp_path: Path):
    """Each call may meet an owner that dies under it; three tries are what a call has."""
    killed: list[int] = []
    with Assistant.open(settings) as assistant:
        for number in range(4):
            drop = article(tmp_path / "drop", f"{number}.md", f"Company {number} owns pier {number}.")
            overdue = threading.Timer(0.1 * number, kill_if_there, [settings, killed])
            overdue.start()
            report = assistant.add(drop)
            overdue.join()
            assert not report.failed
        assert killed
        assert len(assistant.documents()) == 4
    assert len(list(settings.corpus_dir.iterdir())) == 4


def test_a_client_with_many_connections_does_not_run_out_of_tries(settings: Settings):
    """As a page has them: each is of no use any more, and a call has three tries."""
    with Assistant.open(settings) as assistant:
        together = threading.Barrier(6)

        def ask() -> None:
            together.wait(DEADLINE)
            assistant.documents()

        for _ in range(3):  # so that some overlap
            asking = [threading.Thread(target=ask) for _ in range(6)]
            for thread in asking:
                thread.start()
            for thread in asking:
                thread.join()
        kill_owner(settings)
        assert assistant.documents() == []


def test_connections_of_strangers_do_not_keep_others_out(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPEN_FILES", "64")
    with Assistant.open(settings) as assistant:
        address = wire.Address.read(settings.data_dir)
        assert address
        strangers = [socket.create_connection(("127.0.0.1", address.port)) for _ in range(100)]
        for stranger in strangers:
            stranger.close()
        with Assistant.open(settings) as other:
            assert other.documents() == assistant.documents() == []


@pytest.mark.parametrize("events", [1])
def test_an_answer_whose_owner_is_killed_in_the_middle_comes_whole_from_another(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, events: int
):
    article(settings.corpus_dir, "port.md", "Acme owns the port.")
    dies_at = tmp_path / "dies-at"
    dies_at.write_text(str(events))
    monkeypatch.setenv("DIES_AT", str(dies_at))
    with Assistant.open(settings) as assistant:
        seen = list(assistant.stream("Who owns the port?"))
    assert not dies_at.exists() or events >= len(seen), "the owner was not killed"
    done = seen[-1]
    assert isinstance(done, Done)
    assert "".join(event.piece for event in seen if isinstance(event, Text)) == done.answer.text
    assert done.answer.text == "Acme owns the port [1]."


def test_an_error_of_the_callers_own_code_is_not_taken_for_the_end_of_the_owner(settings: Settings):
    article(settings.corpus_dir, "port.md", "Acme owns the port.")
    heard: list[str] = []

    def hang_up(progress: Progress) -> None:
        heard.append(progress.step)
        raise BrokenPipeError

    with Assistant.open(settings, progress=hang_up) as assistant, pytest.raises(BrokenPipeError):
        assistant.sync()
    assert len(heard) == 1


def test_a_fork_has_connections_of_its_own(settings: Settings):
    article(settings.corpus_dir, "port.md", "Acme owns the port.")
    article(settings.corpus_dir, "mine.md", "Bolt owns the mine.")
    with Assistant.open(settings) as assistant:
        assistant.sync()
        children = []
        for _ in range(3):
            child = os.fork()
            if child == 0:
                right = all(assistant.search("mine")[0].source == "mine.md" for _ in range(20))
                os._exit(0 if right else 1)
            children.append(child)
        assert all(assistant.search("port")[0].source == "port.md" for _ in range(20))
        assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]


def test_an_owner_with_other_settings_is_replaced_unless_somebody_uses_it(settings: Settings):
    other = Settings(**{**settings.model_dump(), "max_pages": 7})
    with Assistant.open(settings) as one:
        one.sync()
        with pytest.raises(OwnerError, match="max_pages is 2000 there, 7 here"):
            Assistant.open(other)
        assert one.documents() == []

    def replaced() -> bool:
        try:
            with Assistant.open(other) as two:
                return two.documents() == []
        except OwnerError:  # the owner has not seen yet that its client left
            return False

    wait_for(replaced)


def test_an_owner_that_does_not_answer_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wire, "PROVE_WITHIN", 0.2)
    with Assistant.open(settings):
        address = wire.Address.read(settings.data_dir)
    assert address
    os.kill(address.process, signal.SIGSTOP)
    try:
        with pytest.raises(OwnerError, match=f"process {address.process}"):
            Assistant.open(settings)
    finally:
        os.kill(address.process, signal.SIGCONT)


def listing(folder: Path) -> dict[str, str]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.fixture
def prepared(settings: Settings) -> Settings:
    """Settings whose index was made by somebody else, who keeps it."""
    article(settings.corpus_dir, "port.md", "Acme owns the port.")
    prepare(settings)
    return settings


def prepare(settings: Settings) -> None:
    """Sync, and wait until the owner has closed the index."""
    with Assistant.open(settings) as assistant:
        assistant.sync()
    owner_process.stop(settings)
    wait_for((settings.data_dir / "closed.json").exists)


def test_many_processes_read_a_prepared_index_and_leave_it_as_it_is(prepared: Settings):
    read = Settings(**{**prepared.model_dump(), "read_only": True})
    before = listing(prepared.data_dir)
    article(prepared.corpus_dir, "mine.md", "Bolt owns the mine.")
    for process in [terminal(read, "ask", "Who owns the port?") for _ in range(4)]:
        assert "Acme owns the port [1]." in finished(process)
    with Assistant.open(read) as assistant:
        assert [document.sources for document in assistant.documents()] == [["port.md"]]
        with pytest.raises(IndexFailure, match="prepared to be read only"):
            assistant.sync()
        assert all(finding.fine for finding in assistant.check(repair=True))
    owner_process.stop(read)
    assert listing(prepared.data_dir) == before


def test_a_client_that_stays_reads_an_index_that_is_prepared_anew(prepared: Settings):
    read = Settings(**{**prepared.model_dump(), "read_only": True})
    with Assistant.open(read) as page:
        assert len(page.documents()) == 1
        copy = next((prepared.cache_dir / "prepared").glob("*-*/"))
        article(prepared.corpus_dir, "mine.md", "Bolt owns the mine.")
        prepare(prepared)
        kill_owner(Settings(**{**read.model_dump(), "data_dir": copy}))
        with Assistant.open(read) as other:
            assert len(other.documents()) == 2
        assert len(page.documents()) == 2
    owner_process.stop(read)


def test_a_full_disk_is_not_taken_for_one_that_is_only_read(
    settings: Settings,
    tmp_path: Path,
    mount: Mount,
):
    mount(settings.data_dir, "size=24m,nr_inodes=64")
    article(settings.corpus_dir, "port.md", "Acme owns the port.")
    with Assistant.open(settings) as assistant:
        assistant.sync()
        filled = 0
        with contextlib.suppress(OSError):
            while True:
                (settings.data_dir / f"filler{filled}").touch()
                filled += 1
        assert filled
        assert "port.md" in finished(terminal(settings, "list"))
        assert not (settings.cache_dir / "prepared").exists()


def test_an_index_on_a_disk_that_cannot_be_written_is_read_without_being_told_so(
    prepared: Settings,
    tmp_path: Path,
    mount: Mount,
):
    disk = mount(tmp_path / "disk", "size=64m")
    subprocess.run(["cp", "-a", prepared.data_dir, prepared.corpus_dir, disk], check=True)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    there = Settings(
        **{**prepared.model_dump(), "data_dir": disk / "index", "corpus_dir": disk / "corpus", "state_dir": disk / "no"}
    )
    with Assistant.open(there) as assistant:
        assert assistant.ask("Who owns the port?").answered
    owner_process.stop(there)


def test_a_prepared_index_of_another_making_is_an_error_in_words(prepared: Settings, monkeypatch: pytest.MonkeyPatch):
    read = Settings(**{**prepared.model_dump(), "read_only": True})
    article(prepared.corpus_dir, "tests.txt", "")
    with Assistant.open(read) as assistant:
        assert assistant.documents()
    owner_process.stop(read)
    monkeypatch.setattr(owner_process, "owner_module", "assistant.service.owner")  # with the real embedder
    with Assistant.open(read) as assistant, pytest.raises(IndexFailure, match="prepare it again with these settings"):
        assistant.documents()
    owner_process.stop(read)


def test_a_folder_without_an_index_cannot_be_read_only(settings: Settings):
    with pytest.raises(AssistantError, match="holds no index; prepare one"):
        Assistant.open(Settings(**{**settings.model_dump(), "read_only": True}))
