"""`assistant models pull --if-needed`, which a script may always call."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.commands.models import models_app


@pytest.mark.parametrize("llm", ["extractive", "openai:some"])
def test_a_model_that_the_settings_do_not_name_is_not_fetched(monkeypatch: pytest.MonkeyPatch, llm: str):
    monkeypatch.setenv("ASSISTANT_LLM", llm)
    monkeypatch.setenv("ASSISTANT_CACHE_DIR", "/proc/nowhere")  # where fetching it would be an error
    done = CliRunner().invoke(models_app, ["pull", "--if-needed"])
    assert (done.exit_code, done.output) == (0, "")


@pytest.mark.parametrize(("arguments", "told"), [(["pull", "--if-needed"], ""), (["pull"], "the local language model")])
def test_of_a_model_that_is_here_nothing_is_said_unless_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], told: str
):
    here = tmp_path / "own.gguf"
    here.write_bytes(b"GGUF")
    monkeypatch.setenv("ASSISTANT_LLM", "embedded")
    monkeypatch.setenv("ASSISTANT_GGUF", str(here))
    done = CliRunner().invoke(models_app, arguments)
    assert (done.exit_code, done.output[: len(told) or None]) == (0, told)
