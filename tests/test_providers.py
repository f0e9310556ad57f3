"""A provider that fails: bounded retries, an error that says what to do, and never the key."""

from __future__ import annotations

import json
import logging
import tomllib
from collections.abc import Callable
from importlib.util import find_spec

import pytest

from assistant.errors import ModelMissing, ModelUnavailable
from assistant.language_models.models import open_chat_model
from assistant.language_models.providers import PROVIDERS
from assistant.language_models.usable import usable
from assistant.records import Answer, Done
from assistant.settings import Settings
from tests.conftest import CLONE, OpenEngine, article
from tests.stand_in import AnthropicServer, EndlessServer, OllamaServer, ScriptedServer
from tests.waiting import DEADLINE

KEY = "sk-proj-Zf8Kq2LmW9xTb4RvYc7NsD1hJ6pGeU3a"
QUESTION = "who owns the port of Halden?"
SAID = "Acme owns the port of Halden."
WORDS = json.dumps({"claims": [{"sentence": 1, "claim": SAID}]})
Asking = Callable[..., Answer]
Server = ScriptedServer | AnthropicServer | OllamaServer | EndlessServer


@pytest.fixture
def ask(settings: Settings, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """Ask with a provider at an address."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    article(settings.corpus_dir, "port.md", SAID, title="Port", published="2026-03-04")

    def ask(server: Server, llm: str = "openai:said", **given: float) -> Answer:
        chosen = settings.model_copy(update={"llm": llm, "llm_base_url": server.base_url, **given})
        model = open_chat_model(chosen, lambda _: None)
        *_, last = open_engine(model).stream(QUESTION)
        assert isinstance(last, Done)
        return last.answer

    return ask


def test_what_a_provider_says_is_checked_and_what_it_cost_is_told(ask: Asking):
    with ScriptedServer(WORDS) as server:
        answer = ask(server)
    assert answer.text == "Acme owns the port of Halden [1]."
    assert answer.usage == {"input": 11, "output": 7}
    assert server.keys == [f"Bearer {KEY}"]


@pytest.mark.parametrize(
    ("failing", "tries", "told"),
    [
        ((401, {}), 1, "refused the key, or this use of it .401.; set OPENAI_API_KEY to one that is valid"),
        ((404, {}), 1, "ask its provider what 'said' is called now, and set llm"),
        ((429, {"Retry-After": "0.1"}), 2, "a quota is used up .429.; try again in 1 s"),
        ((429, {"Retry-After": "31536000"}), 1, "try again later"),
        ((429, {"Retry-After": "-1"}), 2, "try again later"),
        ((429, {"Retry-After": "inf"}), 2, "try again later"),
        ((500, {}), 2, "has trouble of its own"),
        (ScriptedServer.CUT, 1, "did not answer in the form asked for|failed"),
        (ScriptedServer.SILENT, 2, "did not say a word for as long as llm_timeout allows"),
    ],
)
def test_a_failure_is_told_after_bounded_tries_and_never_with_the_key(
    ask: Asking, caplog: pytest.LogCaptureFixture, failing: str | tuple[int, dict[str, str]], tries: int, told: str
):
    caplog.set_level(logging.DEBUG)
    with (
        ScriptedServer(failing) as server,
        pytest.raises(ModelUnavailable, match=told) as error,
    ):
        ask(server, llm_timeout=2.0 if failing == ScriptedServer.SILENT else DEADLINE)
    assert len(server.keys) == tries
    assert KEY not in str(error.value)
    assert KEY not in caplog.text


@pytest.mark.parametrize("failing", [(429, {"Retry-After": "0.2"}), (503, {}), (500, {})])
def test_a_provider_that_comes_back_is_asked_once_more(ask: Asking, failing: tuple[int, dict[str, str]]):
    with ScriptedServer(failing, WORDS) as server:
        assert ask(server).answered
    assert len(server.keys) == 2


@pytest.mark.parametrize(
    ("serving", "llm", "held"),
    [
        (AnthropicServer, "anthropic:claude-haiku-4-5", "output_config"),
        (AnthropicServer, "anthropic:one-of-next-year", "tools"),
        (OllamaServer, "ollama:said", "format"),
    ],
)
def test_a_provider_is_held_to_a_structure_in_its_own_way_and_tells_what_it_cost(
    ask: Asking, monkeypatch: pytest.MonkeyPatch, serving: type[AnthropicServer | OllamaServer], llm: str, held: str
):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    with serving(WORDS) as server:
        answer = ask(server, llm=llm)
    assert answer.text == "Acme owns the port of Halden [1]."
    assert answer.usage == {"input": 11, "output": 7}
    assert [held in asked for asked in server.asked] == [True]


def test_a_model_that_never_comes_to_an_end_has_failed_in_time(ask: Asking):
    with EndlessServer() as server, pytest.raises(ModelUnavailable, match="was not done after 2 seconds"):
        ask(server, llm_timeout=0.3)
    with (
        ScriptedServer("[1]" + " so it is" * 100_000) as server,
        pytest.raises(ModelUnavailable, match="the form asked"),
    ):
        ask(server)


def test_claims_before_a_flood_of_words_stand(ask: Asking):
    with ScriptedServer(f"[1] {SAID}\n" + "and so on " * 100_000) as server:
        assert ask(server).text == "Acme owns the port of Halden [1]."


@pytest.mark.parametrize("llm", ["openai:said", "ollama:said", "anthropic:claude-haiku-4-5"])
def test_nothing_is_sent_to_where_a_provider_redirects(ask: Asking, monkeypatch: pytest.MonkeyPatch, llm: str):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    with ScriptedServer(WORDS) as elsewhere:
        moved = (307, {"Location": elsewhere.base_url.replace("127.0.0.1", "localhost")})
        with ScriptedServer(moved) as server, pytest.raises(ModelUnavailable):
            ask(server, llm=llm)
        assert len(server.keys) > 0
        assert elsewhere.keys == []


def test_a_model_that_refuses_a_structure_is_asked_for_numbered_lines_then_and_from_then_on(
    settings: Settings, open_engine: OpenEngine
):
    article(settings.corpus_dir, "port.md", SAID, title="Port", published="2026-03-04")
    with ScriptedServer((400, {}), f"[1] {SAID}") as server:
        chosen = settings.model_copy(update={"llm": "openai:said", "llm_base_url": server.base_url})
        engine = open_engine(open_chat_model(chosen, lambda _: None))
        for tries in (2, 3):
            *_, last = engine.stream(QUESTION)
            assert isinstance(last, Done)
            assert last.answer.text == "Acme owns the port of Halden [1]."
            assert len(server.keys) == tries


def test_a_model_that_refuses_a_question_for_another_reason_is_held_to_a_structure_the_next_time(
    settings: Settings, open_engine: OpenEngine
):
    article(settings.corpus_dir, "port.md", SAID, title="Port", published="2026-03-04")
    with ScriptedServer((400, {}), (400, {}), WORDS) as server:
        chosen = settings.model_copy(update={"llm": "openai:said", "llm_base_url": server.base_url})
        model = open_chat_model(chosen, lambda _: None)
        engine = open_engine(model)
        with pytest.raises(ModelUnavailable, match="failed"):
            list(engine.stream(QUESTION))
        assert model is not None
        assert not model.unstructured.is_set()
        *_, last = engine.stream(QUESTION)
    assert isinstance(last, Done)
    assert last.answer.answered
    assert len(server.keys) == 3


def test_it_is_told_which_models_can_be_used_here_and_why_the_others_cannot(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    for provider in PROVIDERS.values():
        monkeypatch.delenv(provider.key or "NONE", raising=False)
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")
    chosen = settings.model_copy(update={"llm": "extractive", "offline": False})
    found = {one.llm: one for one in usable(chosen)}
    assert [one.llm for one in found.values() if one.chosen] == ["extractive"]
    assert found["embedded"].why.endswith("is missing: run 'assistant models pull'")
    assert found["openai:gpt-4o-mini"].why == "set OPENAI_API_KEY"
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert {one.llm for one in usable(chosen) if one.usable} == {"extractive", "openai:gpt-4o-mini"}
    assert found["ollama:qwen3:8b"].why == "no server listens at 127.0.0.1:9; start it"
    with OllamaServer(WORDS) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.base_url)
        assert {one.llm: one.why for one in usable(chosen) if one.usable}["ollama:qwen3:8b"] == "on this machine"
    offline = settings.model_copy(update={"offline": True})
    assert {one.llm: one.why for one in usable(offline)}["openai:gpt-4o-mini"] == "offline is set"


def test_it_is_told_where_questions_go(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    def where(**given: object) -> str:
        (found,) = [one for one in usable(settings.model_copy(update=given)) if one.chosen]
        return found.why

    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert where(llm="openai:x", offline=False) == "questions and passages go to openai"
    with ScriptedServer(WORDS) as server:
        assert where(llm="openai:x", llm_base_url=server.base_url) == "on this machine"
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:port")
    assert where(llm="ollama:x") == "http://127.0.0.1:port is no address of a server; mend its port"
    assert where(llm="openai:x", llm_base_url="http://127.0.0.1:1/v1").startswith("no server listens at 127.0.0.1:1;")
    assert where(llm="openai:x", llm_base_url="https://models.example.com/v1", offline=False).endswith(
        "(models.example.com)"
    )
    assert where(llm="openai:x", llm_base_url="https://models.example.com/v1") == "offline is set"
    assert where(llm="xai:grok", offline=False) == "run pip install langchain-xai"


def test_a_provider_whose_package_is_missing_names_the_extra_that_brings_it(settings: Settings):
    extras = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for provider in PROVIDERS.values():
        if not provider.extra:
            continue
        assert extras[provider.extra][0].startswith(provider.module.replace("_", "-"))
        if find_spec(provider.module) is None:
            with pytest.raises(ModelMissing, match=rf"run pip install 'briefing-assistant\[{provider.extra}\]'"):
                open_chat_model(
                    settings.model_copy(update={"llm": f"{provider.name}:x", "offline": False}), lambda _: None
                )
