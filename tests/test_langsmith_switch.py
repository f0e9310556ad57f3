"""LangSmith is sent questions and passages only where our own setting lets the environment say so."""

import os
import subprocess
import sys

import pytest

from assistant.errors import SettingsError
from assistant.language_models.models import open_chat_model, outside
from assistant.language_models.usable import usable
from assistant.settings import Settings
from tests.conftest import CLONE
from tests.stand_in import ReceivingServer, SayingServer

ASKS = """
import sys
from langchain_core.tracers.langchain import wait_for_all_tracers
from assistant.language_models.models import open_chat_model
from assistant.settings import Settings
model = open_chat_model(Settings(), lambda _: None)
print("".join(piece.text for piece in model.chat.stream("who owns the port of Halden?")))
wait_for_all_tracers()
"""


@pytest.mark.processes
@pytest.mark.parametrize("allowed", [False, True])
def test_what_the_environment_switches_on_is_sent_only_with_the_setting(allowed: bool):
    with SayingServer("Acme does.") as model, ReceivingServer() as langsmith:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("LANGSMITH_", "LANGCHAIN_"))}
        variables = {
            **own,
            "LANGSMITH_TRACING": "true",
            "LANGCHAIN_TRACING_V2": "true",
            "LANGSMITH_ENDPOINT": langsmith.base_url,
            "LANGSMITH_API_KEY": "lsv2-of-a-test",
            "ASSISTANT_LLM": "openai:said",
            "ASSISTANT_LLM_BASE_URL": model.base_url,
            "ASSISTANT_LANGSMITH": str(allowed).lower(),
        }
        done = subprocess.run(
            [sys.executable, "-c", ASKS], env=variables, cwd=CLONE, capture_output=True, text=True, check=True
        )
    assert done.stdout.strip() == "Acme does."
    sent = b"".join(body for _, body in langsmith.received)
    assert bool(langsmith.received) == allowed, done.stderr
    assert (b"Halden" in sent) == allowed


@pytest.mark.parametrize(
    ("llm", "endpoint", "told"),
    [
        ("embedded", "", "LangSmith (api.smith.langchain.com)"),
        ("embedded", "https://eu.example.com/api", "LangSmith (eu.example.com)"),
        ("embedded", "http://127.0.0.1:1984", ""),
        ("openai:gpt-4o-mini", "", "openai and LangSmith (api.smith.langchain.com)"),
        ("openai:gpt-4o-mini", "http://localhost:1984", "openai"),
        ("extractive", "", ""),
    ],
)
def test_who_is_sent_questions_names_it_too(
    llm: str, endpoint: str, told: str, monkeypatch: pytest.MonkeyPatch, settings: Settings
):
    for name in ("LANGCHAIN_ENDPOINT", "LANGSMITH_RUNS_ENDPOINTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANGSMITH_ENDPOINT", endpoint)
    chosen = settings.model_copy(update={"llm": llm, "langsmith": True})
    assert outside(chosen) == told
    assert "LangSmith" not in outside(chosen.model_copy(update={"langsmith": False}))


def test_the_list_of_models_names_it_for_those_that_would_be_traced(settings: Settings, tmp_path):
    (tmp_path / "model.gguf").write_bytes(b"")
    given = {"langsmith": True, "offline": False, "llm": "openai:m", "llm_base_url": "https://models.example.com/v1"}
    found = {one.llm: one.why for one in usable(settings.model_copy(update={**given, "gguf": tmp_path / "model.gguf"}))}
    assert "go to LangSmith" in found["embedded"]
    assert "go to openai (models.example.com) and LangSmith" in found["openai:m"]
    assert "LangSmith" not in found["extractive"]


def test_an_offline_machine_is_not_traced_elsewhere(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("LANGSMITH_ENDPOINT", raising=False)
    with pytest.raises(SettingsError, match="unset offline"):
        open_chat_model(settings.model_copy(update={"langsmith": True}), lambda _: None)
