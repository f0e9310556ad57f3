"""The examples of docs/calling-it.md do what the page says, against a server and an owner of their own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.service import owner_process
from tests.browsing import SAMPLE_CORPUS, serving_lightly
from tests.conftest import CLONE

pytestmark = pytest.mark.processes
PAGE = (CLONE / "docs" / "calling-it.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"(?m)^\$ (.*)\n((?:(?!\$ |```).*\n)+)", PAGE)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """With the address of a page, which shares its folders with whoever has this environment."""
    place = tmp_path_factory.mktemp("calling")
    with serving_lightly(place) as address:
        yield {
            "PAGE": address,
            "ASSISTANT_LLM": "extractive",
            "ASSISTANT_CORPUS_DIR": str(SAMPLE_CORPUS),
            "ASSISTANT_DATA_DIR": str(place / "index"),
            "ASSISTANT_STATE_DIR": str(place / "state"),
        }


def here(text: str, environment: dict[str, str]) -> str:
    return text.replace("http://127.0.0.1:7860", environment["PAGE"])


@pytest.mark.parametrize("code", PYTHON, ids=range(len(PYTHON)))
def test_the_python_of_the_page_runs(code: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(owner_process, "owner_module", "tests.fake_owner")
    exec(compile(here(code, environment), "calling-it.md", "exec"), {})  # noqa: S102 - the page is ours


@pytest.mark.parametrize(("command", "output"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_the_commands_print_what_the_page_shows(command: str, output: str, environment: dict[str, str], tmp_path: Path):
    if "curl " in command and not shutil.which("curl"):
        pytest.skip("there is no curl here")
    program = tmp_path / "assistant"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tests.light_page "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    variables = {**os.environ, **environment, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    shell = ["sh", "-c", here(command, environment)]
    done = subprocess.run(shell, cwd=CLONE, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 3}, done.stderr
    said = done.stdout.replace('": ', '":')  # however JSON is spaced
    for line in output.splitlines():
        for part in filter(None, line.replace('": ', '":').split("…")):
            assert part in said


def test_every_part_of_the_page_is_tried():
    assert (len(PYTHON), len(COMMANDS)) == (3, 11)
