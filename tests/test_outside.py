"""Whether questions leave this machine, told by the settings alone."""

import pytest

from assistant.language_models.models import outside
from assistant.settings import Settings


@pytest.mark.parametrize(
    ("llm", "base_url", "told"),
    [
        ("embedded", None, ""),
        ("extractive", None, ""),
        ("openai:gpt-4o-mini", None, "openai"),
        ("anthropic:claude", None, "anthropic"),
        ("openai:m", "http://127.0.0.1:8000/v1", ""),
        ("openai:m", "http://localhost/v1", ""),
        ("openai:m", "http://127.0.0.2:8000/v1", ""),
        ("openai:m", "http://[::1]:8000/v1", ""),
        ("openai:m", "http://[::1", "openai"),
        ("openai:m", "https://models.example.com/v1", "openai (models.example.com)"),
        ("openai:m", "http://127.0.0.1.example.com/v1", "openai (127.0.0.1.example.com)"),
        ("ollama:llama3", None, ""),
        ("ollama:llama3", "http://10.0.0.7:11434", "ollama (10.0.0.7)"),
    ],
)
def test_who_is_sent_questions_and_passages(llm: str, base_url: str | None, told: str):
    assert outside(Settings(llm=llm, llm_base_url=base_url)) == told


def test_a_local_ollama_is_elsewhere_where_its_own_variable_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OLLAMA_HOST", "http://10.0.0.7:11434")
    assert outside(Settings(llm="ollama:llama3")) == "ollama (10.0.0.7)"
    for own in ("127.0.0.1", "", ":11434", "0.0.0.0:11434", "http://localhost:11434"):
        monkeypatch.setenv("OLLAMA_HOST", own)
        assert outside(Settings(llm="ollama:llama3")) == ""
