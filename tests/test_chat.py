"""`assistant chat`: piped, and in a terminal of its own."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from assistant.settings import Settings
from tests.conftest import CLONE, article
from tests.stand_in import EndlessServer

pytestmark = pytest.mark.processes
COMMAND = (sys.executable, "-m", "tests.light_page")
_IN_A_TERMINAL = (  # what is typed there goes to it, Ctrl-C included
    "import os, sys; os.close(os.open(os.ttyname(0), os.O_RDWR)); os.execv(sys.executable, sys.argv[1:])"
)
OWNED = "Acme owns the port outright."


@pytest.fixture
def environment(settings: Settings) -> Iterator[dict[str, str]]:
    article(settings.corpus_dir, "a.md", OWNED, title="Port", published="2026-01-14")
    names = ("corpus_dir", "data_dir", "state_dir", "cache_dir")
    given = {f"ASSISTANT_{name.upper()}": str(getattr(settings, name)) for name in names}
    environment = {**os.environ, "TERM": "xterm", "OPENAI_API_KEY": "none", **given, "ASSISTANT_LLM": "extractive"}
    yield environment
    subprocess.run([*COMMAND, "stop"], check=True, capture_output=True, cwd=CLONE, env=environment)


class Terminal:
    """What a person sees and types."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._line, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _IN_A_TERMINAL, *COMMAND, "chat"], stdin=theirs, stdout=theirs, stderr=theirs,
            cwd=CLONE, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.seen = ""

    def types(self, keys: str) -> None:
        os.write(self._line, keys.encode())

    def waits(self, for_what: str) -> None:
        """Until it is seen, counted from what was waited for before."""
        end = time.monotonic() + 60
        while not (found := re.search(for_what, self.seen)):
            assert time.monotonic() < end, self.seen
            if select.select([self._line], [], [], 0.2)[0]:
                self.seen += os.read(self._line, 4096).decode()
        self.seen = self.seen[found.end() :]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._line)


@pytest.fixture
def terminal(environment: dict[str, str]) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_one(**given: str) -> Terminal:
        opened.append(Terminal({**environment, **given}))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def test_piped_questions_are_one_conversation_and_each_answer_is_a_line_of_json(environment: dict[str, str]):
    done = subprocess.run(
        [*COMMAND, "chat", "--json"], input=f"who owns the port?\n\n{'x' * 3000}\nwhy does it?\n", check=False,
        capture_output=True, text=True, cwd=CLONE, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["text"] == "Acme owns the port outright [1]."
    assert second["understood"] != "why does it?"
    assert "over the limit" in done.stderr


def test_sources_are_numbered_below_an_answer_and_told_before_it(terminal: Callable[..., Terminal]):
    seen = terminal()
    seen.waits("Ctrl-D ends the conversation")
    seen.waits("> ")
    seen.types("\n")
    seen.waits("> ")
    seen.types("who owns the port?\n")
    seen.waits(r"looking in Port \(14 January 2026\)")
    seen.waits(r"Acme owns the port outright \[1\]\.")
    seen.waits(rf"\[1\] “{re.escape(OWNED)}”")
    seen.waits("> ")
    seen.types("\x04")
    assert seen.process.wait(60) == 0


def test_ctrl_c_stops_an_answer_and_not_the_conversation(terminal: Callable[..., Terminal]):
    with EndlessServer() as server:
        seen = terminal(ASSISTANT_LLM="openai:slow", ASSISTANT_LLM_BASE_URL=server.base_url)
        seen.waits("> ")
        seen.types("who owns the port?\n")
        assert server.asked.acquire(timeout=60)
        seen.types("\x03")
        seen.waits("stopped")
        assert server.hung_up.acquire(timeout=60)
        seen.waits("> ")
        seen.types("\x04")
        assert seen.process.wait(60) == 0
