"""The log of questions: one line each, figures without words, and never in the way of an answer."""

import json
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import ModelUnavailable, SettingsError
from assistant.language_models.models import ChatModel
from assistant.records import Retrieved
from assistant.service.engine import Engine
from assistant.service.observing import Account, observers_of
from assistant.service.question_log import told
from assistant.settings import Settings
from tests.conftest import OpenEngine, article
from tests.fakes import saying, scripted

SAID = "Acme owns the port of Halden."
QUESTION = "who owns the port of Halden?"
SECRET = "sk-proj-Zf8Kq2LmW9xTb4RvYc7NsD1hJ6pGeU3a"
Open = Callable[..., Engine]


@pytest.fixture
def logging(settings: Settings, open_engine: OpenEngine, tmp_path: Path) -> Open:
    """Opens an engine that writes the log into a file."""
    article(settings.corpus_dir, "port.md", SAID, title="Port", published="2026-03-04")

    def open_one(model: ChatModel | None = None, **given: Any) -> Engine:
        chosen = {"log": "json", "log_file": tmp_path / "questions.log", **given}
        return open_engine(model, settings=settings.model_copy(update=chosen))

    return open_one


def lines(tmp_path: Path) -> list[dict[str, Any]]:
    written = (tmp_path / "questions.log").read_text(encoding="utf-8")
    return [json.loads(line) for line in written.splitlines()]


def test_an_answer_is_one_line_of_figures_without_a_word_of_it(logging: Open, tmp_path: Path):
    engine = logging(scripted((1, SAID)))
    assert len(list(engine.stream(QUESTION))) > 1
    (line,) = lines(tmp_path)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\d\+00:00", line.pop("time"))
    assert re.fullmatch("[0-9a-f]{16}", line.pop("id"))
    seconds = line.pop("seconds")
    assert set(seconds) == {
        "sync",
        "retrieve",
        "select",
        "load",
        "queue",
        "judge",
        "write",
        "check",
        "first_token",
        "total",
    }
    assert 0 < seconds["retrieve"] < seconds["first_token"] <= seconds["total"] < 60
    assert line == {
        "event": "question",
        "outcome": "answered",
        "model": "scripted",
        "passages": 1,
        "citations": 1,
        "tokens": {"input": 0, "output": 0},
    }
    assert not re.search("Acme|Halden|port", (tmp_path / "questions.log").read_text())


def test_what_is_refused_fails_or_is_stopped_is_a_line_that_says_so(logging: Open, tmp_path: Path):
    engine = logging(saying("I am talking", breaks_after=0))
    list(engine.stream("who owns the Eiffel Tower?"))
    with pytest.raises(ModelUnavailable):
        list(engine.stream(QUESTION))
    events = engine.stream(QUESTION)
    assert isinstance(next(events), Retrieved)
    events.close()
    said = [(line["outcome"], line.get("error"), "first_token" in line["seconds"]) for line in lines(tmp_path)]
    assert said == [("refused", None, True), ("failed", "ModelUnavailable", False), ("stopped", None, False)]
    assert len({line["id"] for line in lines(tmp_path)}) == 3


def test_words_are_logged_only_when_that_is_asked_for_and_never_with_a_secret(logging: Open, tmp_path: Path):
    engine = logging(log_text=True)
    for question in (QUESTION, f"who has {SECRET}?"):
        list(engine.stream(question))
    first, second = lines(tmp_path)
    assert (first["question"], first["answer"]) == (QUESTION, "Acme owns the port of Halden [1].")
    assert second["question"] == "who has ***?"
    assert SECRET not in (tmp_path / "questions.log").read_text()


def test_the_log_is_its_users_alone_and_begun_anew_when_it_is_moved_away(logging: Open, tmp_path: Path):
    engine, file = logging(), tmp_path / "questions.log"
    list(engine.stream(QUESTION))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.rename(tmp_path / "questions.log.1")
    list(engine.stream(QUESTION))
    assert len(lines(tmp_path)) == 1


def test_without_a_file_the_line_goes_to_standard_error_and_without_the_setting_nowhere(
    logging: Open, capsys: pytest.CaptureFixture[str]
):
    list(logging(log_file=None).stream(QUESTION))
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["outcome"] == "answered"
    list(logging(log="off", log_file=None).stream(QUESTION))
    assert capsys.readouterr().err == ""


def test_a_file_that_cannot_be_written_is_one_line_at_the_start(settings: Settings, tmp_path: Path):
    in_the_way = settings.model_copy(update={"log": "json", "log_file": tmp_path})
    with pytest.raises(SettingsError, match=r"log_file = .* cannot be written .Is a directory.; set another one"):
        observers_of(in_the_way)


def test_a_full_disk_costs_no_answer_and_is_said_once(logging: Open, capsys: pytest.CaptureFixture[str]):
    engine = logging(log_file=Path("/dev/full"))
    for _ in range(2):
        assert list(engine.stream(QUESTION))
    assert capsys.readouterr().err.count("the log of questions cannot be written") == 1


def test_the_name_of_a_model_is_logged_without_a_secret():
    assert told(Account("who?", f"openai:gpt?api_key={SECRET}"), text=False)["model"] == "openai:gpt?api_key=***"
