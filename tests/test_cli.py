"""The command line as a person meets it: real processes, exit codes, one line for what is wrong."""

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from assistant import __version__
from assistant.api import Assistant
from assistant.commands.cli import app
from assistant.people.exchanges import Exchange
from assistant.service.engine import Engine
from assistant.service.owner_process import stop
from assistant.settings import Settings
from tests.conftest import CLONE, article
from tests.fakes import WordEmbedder
from tests.waiting import DEADLINE

pytestmark = pytest.mark.processes


def run(*arguments: str, program: str = "tests.light_page", **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **{f"ASSISTANT_{key.upper()}": value for key, value in settings.items()}}
    command = [sys.executable, "-m", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=CLONE)


@pytest.fixture
def folders(settings: Settings) -> dict[str, str]:
    names = ("corpus_dir", "data_dir", "state_dir", "cache_dir", "llm")
    return {name: str(getattr(settings, name)) for name in names}


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def assistant(settings: Settings, folders: dict[str, str]) -> Iterator[Run]:
    """Runs a command on a corpus of one article."""
    article(settings.corpus_dir, "a.md", "Acme owns the port outright.", title="Port", published="2026-01-14")

    def run_one(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return run(*arguments, **folders, **more)

    yield run_one
    stop(settings)


def listed(assistant: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(assistant("list", "--json").stdout)["documents"]
    return found


@pytest.mark.model
def test_the_program_itself_answers_with_the_sentence_and_its_source(assistant: Run):
    asked = assistant("ask", "who owns the port?", program="assistant")
    assert asked.returncode == 0
    assert asked.stdout == (
        "Acme owns the port outright [1].\n\n[1] “Acme owns the port outright.”\n    Port · 14 January 2026 · a.md\n"
    )


def test_a_question_that_no_article_answers_has_an_exit_code_of_its_own(assistant: Run):
    refused = assistant("ask", "who owns the Eiffel Tower?", "--json")
    assert (refused.returncode, json.loads(refused.stdout)["citations"]) == (3, [])


def test_a_search_prints_the_passages_that_it_finds(assistant: Run):
    (found,) = json.loads(assistant("search", "port", "--json").stdout)
    assert found["text"] == "Acme owns the port outright."


def test_a_file_that_cannot_be_read_is_named_and_listed_with_its_reason(assistant: Run, tmp_path: Path):
    (tmp_path / "bad.pdf").write_bytes(b"%PDF")
    added = assistant("add", str(tmp_path / "bad.pdf"))
    assert (added.returncode, "not read: bad.pdf" in added.stderr) == (1, True)
    assert list(json.loads(assistant("list", "--json").stdout)["failed"]) == ["bad.pdf"]


def test_of_several_things_one_that_cannot_be_fetched_costs_no_other(assistant: Run, tmp_path: Path):
    mine = article(tmp_path / "drop", "mine.md", "The mine was shut.", title="Mine")
    both = assistant("add", "https://example.org/a", str(mine))
    assert (both.returncode, "not read: https://example.org/a: " in both.stderr) == (1, True)
    assert {document["title"] for document in listed(assistant)} == {"Port", "Mine"}


def test_a_question_to_an_emptied_corpus_fails_with_what_to_do(assistant: Run):
    (document,) = listed(assistant)
    assert assistant("remove", document["document_id"]).returncode == 0
    emptied = assistant("ask", "who owns the port?")
    assert (emptied.returncode, "the corpus is empty; put articles" in emptied.stderr) == (1, True)


def test_an_evaluation_tells_how_often_the_right_article_comes_first(assistant: Run, tmp_path: Path):
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"question": "who owns the port?", "documents": ["a.md"]}\n', encoding="utf-8")
    told = assistant("eval", str(questions), "--json", "--retrieval-only")
    assert json.loads(told.stdout)["hit@1"] == 1.0


def test_the_process_that_holds_the_index_is_stopped_and_then_there_is_none(assistant: Run):
    listed(assistant)
    assert [assistant("stop").stderr for _ in range(2)] == ["stopped\n", "nothing was running\n"]


@pytest.fixture
def receipt(assistant: Run, tmp_path: Path) -> Path:
    """An answer as it is printed, in a file."""
    file = tmp_path / "answer.json"
    file.write_text(assistant("ask", "who owns the port?", "--json").stdout, encoding="utf-8")
    return file


def test_an_answer_as_it_was_given_is_verified(assistant: Run, receipt: Path):
    done = assistant("verify", str(receipt))
    assert done.returncode == 0
    assert "the answer is as it was given\n[1] stands: “Acme owns the port outright.”" in done.stdout


def test_an_answer_that_was_altered_is_told_by_its_exit_code_and_in_a_word(assistant: Run, receipt: Path):
    receipt.write_text(receipt.read_text(encoding="utf-8").replace("outright [1]", "in part [1]"), encoding="utf-8")
    done = assistant("verify", str(receipt))
    assert (done.returncode, "CHANGED" in done.stdout) == (1, True)


def test_a_folder_that_is_watched_is_synced_whenever_it_changes_until_ctrl_c(
    settings: Settings, folders: dict[str, str]
):
    variables = {f"ASSISTANT_{key.upper()}": value for key, value in folders.items()}
    command = [sys.executable, "-m", "tests.light_page", "sync", "--watch"]
    environment = {**os.environ, **variables}
    with subprocess.Popen(
        command, cwd=CLONE, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as watching:
        assert watching.stderr
        try:
            assert any(line.startswith("following ") for line in watching.stderr)
            for number in (1, 2):
                article(settings.corpus_dir, f"{number}.md", f"Acme owns quay {number}.", title=f"Quay {number}")
                assert any(f"Quay {number}" in line for line in watching.stderr)
            watching.send_signal(signal.SIGINT)
            assert "Traceback" not in watching.stderr.read()
            watching.wait(DEADLINE)
        finally:
            watching.kill()
            stop(settings)


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
        (
            ["models", "pull", "--if-needed"],
            {"cache_dir": "/proc/nowhere", "llm": "embedded"},
            1,
            "cannot write the model",
        ),
        (["models", "pull", "somebody/tiny-GGUF"], {}, 2, "name the file of somebody/tiny-GGUF, too"),
        (["eval", "/nowhere.jsonl"], {}, 2, "cannot read /nowhere.jsonl"),
        (["eval", sys.executable], {}, 2, "is no text"),
        (["add", "/dev/null"], {}, 2, "/dev/null is no file, but a device"),
    ],
)
def test_bad_input_is_one_line_and_an_exit_code(
    settings: Settings,
    folders: dict[str, str],
    arguments: list[str],
    settings_given: dict[str, str],
    code: int,
    message: str,
):
    done = run(*arguments, **(folders | settings_given))
    assert done.returncode == code
    last = [line for line in done.stderr.splitlines() if not line.endswith("…")]
    assert len(last) == 1
    assert message in last[0]
    assert "Traceback" not in done.stderr
    stop(settings)


def test_of_several_questions_one_that_cannot_be_asked_costs_no_other(settings: Settings, folders: dict[str, str]):
    article(settings.corpus_dir, "a.md", "Acme owns the port outright.", title="Port", published="2026-01-14")
    given = {"llm": "extractive", "max_question_characters": "100"}
    variables = {f"ASSISTANT_{key.upper()}": value for key, value in (folders | given).items()}
    done = subprocess.run(
        [sys.executable, "-m", "tests.light_page", "ask", "-", "--json"],
        input=f"{'x' * 101}\n\nwho owns the port?\n", capture_output=True, text=True, check=False, cwd=CLONE,
        env={**os.environ, **variables},
    )  # fmt: skip
    stop(settings)
    refused, answered = map(json.loads, done.stdout.splitlines())
    assert "over the limit of 100" in refused["error"]
    assert answered["text"].startswith("Acme owns the port outright [1].")
    assert done.returncode == 2


@pytest.fixture
def shell(settings: Settings, folders: dict[str, str]) -> Iterator[Callable[[str], subprocess.CompletedProcess[bytes]]]:
    """Runs a line of the shell, in which `assistant` is the program on fakes, on three articles."""
    for number in (1, 2, 3):
        article(settings.corpus_dir, f"{number}.md", f"Acme owns quay {number} of Halden.", title=f"“Quay” {number}")
    variables = {f"ASSISTANT_{key.upper()}": value for key, value in folders.items()}

    def run_line(line: str) -> subprocess.CompletedProcess[bytes]:
        program = f'assistant() {{ {shlex.quote(sys.executable)} -m tests.light_page "$@"; }}; {line}'
        environment = {**os.environ, **variables}
        return subprocess.run(["bash", "-c", program], capture_output=True, check=False, cwd=CLONE, env=environment)

    yield run_line
    stop(settings)


def test_streams_that_are_closed_or_of_another_encoding_cost_no_answer(
    shell: Callable[[str], subprocess.CompletedProcess[bytes]],
):
    asked = "'\\xef\\xbb\\xbfwho owns quay 1 of Halden?\\r\\ncaf\\xe9?\\nwho owns quay 2 of Halden?'"
    lines = shell(f"printf {asked} | assistant ask - --json").stdout.splitlines()
    assert [json.loads(line)["answered"] for line in lines] == [True, False, True]
    assert json.loads(lines[0])["question"] == "who owns quay 1 of Halden?"
    one = "assistant ask 'who owns quay 3 of Halden?'"
    assert b"Acme owns quay 3 of Halden [1]." in shell(f"PYTHONIOENCODING=ascii {one}").stdout
    found = json.loads(shell("PYTHONIOENCODING=ascii assistant list --json").stdout)
    assert {document["title"][:6] for document in found["documents"]} == {"“Quay”"}
    for line in (f"{one} <&- >&- 2>&-", "assistant ask - <&-", "assistant chat <&-"):
        done = shell(line)
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False), line


def test_what_became_of_several_articles_is_one_report(shell: Callable[[str], subprocess.CompletedProcess[bytes]]):
    listed = json.loads(shell("assistant list --json").stdout)["documents"]
    ids = [document["document_id"] for document in listed]
    assert json.loads(shell(f"assistant remove --json {ids[0]} {ids[1]}").stdout)["removed"] == ids[:2]
    assert sorted(json.loads(shell(f"assistant restore --json {ids[0]} {ids[1]}").stdout)["added"]) == sorted(ids[:2])


def test_what_is_written_beside_the_assistant_is_synced_corrected_and_thrown_away(
    settings: Settings, shell: Callable[[str], subprocess.CompletedProcess[bytes]]
):
    (settings.corpus_dir / "3.md").unlink()
    synced = json.loads(shell("assistant sync --json").stdout)
    assert (len(synced["added"]), synced["failed"]) == (2, {})
    first = json.loads(shell("assistant list --json").stdout)["documents"][0]["document_id"]
    assert shell(f"assistant amend {first} --title Pier --published 2026-03-01").returncode == 0
    assert shell(f"assistant remove {first}").returncode == 0
    assert [each["document_id"] for each in json.loads(shell("assistant list --removed --json").stdout)] == [first]
    assert shell(f"assistant restore {first}").returncode == 0
    listed = json.loads(shell("assistant list --json").stdout)["documents"]
    assert ("Pier", "2026-03-01") in [(each["title"], each["published"]) for each in listed]
    assert b"no other machine shares this corpus" in shell("assistant machines").stderr


def test_an_unknown_command_is_wrong_usage():
    assert run("asq").returncode == 2


def test_help_names_every_command():
    shown = run("--help").stdout
    shown_in_lines = [line.split()[1] for line in shown.splitlines() if line.startswith("│ ")]
    assert set(typer.main.get_command(app).commands) - set(shown_in_lines) == set()


def test_every_command_that_has_a_result_can_print_it_as_json():
    def without(command: Any, path: str) -> list[str]:
        if not hasattr(command, "commands"):
            return [] if any("--json" in each.opts for each in command.params) else [path]
        return [missing for name, each in command.commands.items() for missing in without(each, f"{path} {name}")]

    assert without(typer.main.get_command(app), "assistant") == ["assistant serve", "assistant mcp"]


def test_the_version_is_printed_with_the_name_of_the_product():
    assert run("--version").stdout == f"briefing-assistant {__version__}\n"


def test_what_maintainers_see_and_deletion_for_good_from_the_command_line(settings: Settings, folders: dict[str, str]):
    article(settings.corpus_dir, "a.md", "Acme owns the port outright.", title="Port")
    with Assistant(Engine(settings, WordEmbedder()), settings) as assistant:
        kept = assistant.conversations
        for question in ("who owns the port?", "who runs the lighthouse?"):
            answer = assistant.ask(question)
            conversation_id = kept.begin(question)
            kept.append(conversation_id, Exchange(question, text=answer.text, answer=answer))
        document_id = assistant.documents()[0].document_id
        assistant.feedback.give(kept.find()[1].conversation_id, 1, useful=False, reason="It was sold.")
    shown = run("review", **folders)
    assert shown.returncode == 0, shown.stderr
    assert "1×  who runs the lighthouse?" in shown.stdout
    assert "1×  Port" in shown.stdout
    assert "It was sold." in shown.stdout
    found = json.loads(run("review", "--json", **folders).stdout)
    assert [each["times"] for each in found["unanswered"]] == [1]
    number = str(found["complaints"][0]["complaint_id"])
    assert run("review", "settle", number, **folders).returncode == 0
    article(settings.corpus_dir, "b.md", "Borealis runs the lighthouse.", title="Light")
    again = run("review", "ask-again", **folders)
    assert "asked 1 again, 1 found an answer" in again.stderr
    gone = run("remove", "--for-good", document_id, **folders)
    assert "for good" in gone.stderr
    shown = run("review", **folders)
    assert "Port" not in shown.stdout
    assert "none is open" in shown.stdout
    assert run("stop", **folders).returncode == 0
