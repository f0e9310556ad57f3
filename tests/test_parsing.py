import os
import signal
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

from assistant.child_process import send
from assistant.errors import DocumentError
from assistant.formats.loading import RawFile
from assistant.formats.parsing import Parser, ParsingFailed
from assistant.settings import Settings
from tests.conftest import CLONE

SLOW = RawFile("slow.md", b"<script>" * 200_000)
"""An element that is opened and never closed, so often that looking for its ends takes hours."""
GOOD = RawFile("good.md", b"---\npublished: 2026-06-04\n---\n\nThe port was sold.")


def quick(settings: Settings, **limits: float) -> Settings:
    return Settings(**{**settings.model_dump(), **limits})


def test_a_document_comes_back_as_it_was_read(parser: Parser, settings: Settings):
    document = parser.parse(GOOD, settings)
    assert (document.text, document.published) == ("The port was sold.", date(2026, 6, 4))


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_is_read(parser: Parser, settings: Settings):
    with pytest.raises(ParsingFailed, match=r"longer than 0\.3 seconds to read; split it or raise max_parse_seconds"):
        parser.parse(SLOW, quick(settings, max_parse_seconds=0.3))
    assert parser.parse(GOOD, settings).text == "The port was sold."


def test_a_crash_of_the_parser_costs_one_file(settings: Settings):
    parser = Parser()
    try:
        parser.parse(GOOD, settings)
        process = parser._process
        assert process
        threading.Timer(0.2, process.kill).start()
        with pytest.raises(ParsingFailed, match="broke down"):
            parser.parse(SLOW, settings)
        assert parser.parse(GOOD, settings).text == "The port was sold."
    finally:
        parser.close()


def test_after_an_interruption_the_next_file_does_not_get_the_reply_of_the_one_before(settings: Settings):
    class Interrupted(Parser):
        """Is interrupted once, after the request and before the reply."""

        interrupted = False

        def _reply(self) -> dict[str, object]:
            if not self.interrupted:
                self.interrupted = True
                raise KeyboardInterrupt
            return super()._reply()

    parser = Interrupted()
    try:
        with pytest.raises(KeyboardInterrupt):
            parser.parse(GOOD, settings)
        assert parser.parse(RawFile("a.txt", b"Another text."), settings).text == "Another text."
    finally:
        parser.close()


def test_two_threads_get_their_own_files_back(parser: Parser, settings: Settings):
    found: dict[int, str] = {}

    def read(number: int) -> None:
        found[number] = parser.parse(RawFile("a.txt", f"Number {number}.".encode()), settings).text

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: f"Number {number}." for number in range(8)}


def test_text_over_the_limit_is_refused(parser: Parser, settings: Settings):
    with pytest.raises(DocumentError, match="over the limit of 10; split it or raise max_characters"):
        parser.parse(GOOD, quick(settings, max_characters=10))


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs timers of the system")
def test_a_parser_that_nobody_ends_when_it_is_late_ends_by_itself():
    command = [sys.executable, "-m", "assistant.formats", "2000000000"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=CLONE) as process:
        assert process.stdin
        head = {"name": SLOW.name, "limits": {}, "seconds": 0.1}
        send(process.stdin, head, SLOW.data, b"")
        assert process.wait(timeout=20) == -signal.SIGALRM


PROBE = """
import sys, os
sys.argv = ["formats", "2000000000"]
from assistant.formats.__main__ import _confine
_confine(2_000_000_000)
import socket, subprocess
done = []
for name, act in {
    "write": lambda: open("written", "w"),
    "os write": lambda: os.open("written", os.O_CREAT | os.O_WRONLY),
    "program": lambda: subprocess.run(["true"]),
    "network": lambda: socket.create_connection(("127.0.0.1", 9)),
    "datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
    "names": lambda: socket.getaddrinfo("localhost", 9),
    "remove": lambda: os.remove("nothing"),
    "rename": lambda: os.rename("nothing", "other"),
    "truncate": lambda: os.truncate("nothing", 0),
    "folder": lambda: os.mkdir("folder"),
    "kill": lambda: os.kill(os.getpid(), 0),
    "memory": lambda: bytearray(3_000_000_000),
}.items():
    try:
        act()
        done.append(name)
    except (PermissionError, MemoryError):
        pass
print(done)
"""


def test_the_parser_cannot_write_start_programs_reach_the_network_or_take_all_memory(tmp_path: Path):
    found = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert found.stdout.strip() == "[]"
    assert not (tmp_path / "written").exists()


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads the environment of a process from /proc")
def test_keys_and_passwords_are_not_given_to_the_parser(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOME_API_KEY", "very secret")
    parser = Parser()
    try:
        parser.parse(GOOD, settings)
        assert parser._process
        environment = Path(f"/proc/{parser._process.pid}/environ").read_bytes()
    finally:
        parser.close()
    assert b"very secret" not in environment
    assert os.environ["SOME_API_KEY"] == "very secret"
