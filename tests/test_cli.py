"""The command line as a person meets it: real processes, exit codes, one line for what is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.settings import Settings
from tests.conftest import CLONE, article

pytestmark = pytest.mark.processes


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **{f"ASSISTANT_{key.upper()}": value for key, value in settings.items()}}
    command = [sys.executable, "-m", "assistant", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=CLONE)


@pytest.fixture
def folders(settings: Settings) -> dict[str, str]:
    names = ("corpus_dir", "data_dir", "state_dir", "cache_dir", "llm")
    return {name: str(getattr(settings, name)) for name in names}


@pytest.mark.model
def test_ask_search_list_add_remove_and_sync_from_the_command_line(
    settings: Settings, folders: dict[str, str], tmp_path: Path
):
    article(settings.corpus_dir, "a.md", "Acme owns the port outright.", title="Port", published="2026-01-14")
    asked = run("ask", "who owns the port?", **folders)
    assert asked.returncode == 0
    assert asked.stdout == (
        "Acme owns the port outright [1].\n\n[1] “Acme owns the port outright.”\n    Port · 14 January 2026 · a.md\n"
    )
    refused = run("ask", "who owns the Eiffel Tower?", "--json", **folders)
    assert refused.returncode == 3
    assert json.loads(refused.stdout)["citations"] == []
    found = json.loads(run("search", "port", "--json", **folders).stdout)
    assert found[0]["text"] == "Acme owns the port outright."
    (tmp_path / "bad.pdf").write_bytes(b"%PDF")
    added = run("add", str(tmp_path / "bad.pdf"), **folders)
    assert added.returncode == 1
    assert "not read: bad.pdf" in added.stderr
    both = run("add", str(tmp_path / "bad.pdf"), "https://example.org/a", **folders)
    assert both.returncode == 1
    assert "not read: https://example.org/a: " in both.stderr
    listed = json.loads(run("list", "--json", **folders).stdout)
    assert [document["title"] for document in listed["documents"]] == ["Port"]
    assert list(listed["failed"]) == ["bad.pdf"]
    document_id = listed["documents"][0]["document_id"]
    assert run("remove", document_id, **folders).returncode == 0
    emptied = run("ask", "who owns the port?", **folders)
    assert emptied.returncode == 1
    assert "the corpus is empty" in emptied.stderr
    assert run("restore", document_id, **folders).returncode == 0
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"question": "who owns the port?", "documents": ["a.md"]}\n', encoding="utf-8")
    assert json.loads(run("eval", str(questions), "--json", "--retrieval-only", **folders).stdout)["hit@1"] == 1.0
    assert run("stop", **folders).stderr == "stopped\n"


@pytest.mark.parametrize(
    ("arguments", "settings_given", "code", "message"),
    [
        (["ask", ""], {}, 2, "the question is empty"),
        (["ask", "x" * 100_000], {}, 2, "over the limit"),
        (["ask", "q"], {"corpus_dirr": "x"}, 2, "unknown setting ASSISTANT_CORPUS_DIRR"),
        (["ask", "q"], {"data_dir": "/proc/nowhere"}, 1, "cannot be written"),
        (["sync"], {"corpus_dir": "/nowhere"}, 1, "/nowhere does not exist"),
        (["add", "/nowhere.md"], {}, 2, "/nowhere.md does not exist"),
        (["add", "https://example.org/a"], {}, 2, "unset offline"),
        (["models", "pull"], {"cache_dir": "/proc/nowhere"}, 1, "cannot write the model"),
        (["eval", "/nowhere.jsonl"], {}, 2, "cannot read /nowhere.jsonl"),
    ],
)
def test_bad_input_is_one_line_and_an_exit_code(
    folders: dict[str, str], arguments: list[str], settings_given: dict[str, str], code: int, message: str
):
    done = run(*arguments, **(folders | settings_given))
    assert done.returncode == code
    last = [line for line in done.stderr.splitlines() if not line.endswith("…")]
    assert len(last) == 1
    assert message in last[0]
    assert "Traceback" not in done.stderr
    run("stop", **folders)


def test_an_unknown_command_is_wrong_usage():
    assert run("asq").returncode == 2


def test_help_names_every_command():
    shown = run("--help").stdout
    shown_in_lines = [line.split()[1] for line in shown.splitlines() if line.startswith("│ ")]
    for command in ("ask", "chat", "search", "add", "sync", "list", "remove", "restore", "serve", "models", "eval"):
        assert command in shown_in_lines
