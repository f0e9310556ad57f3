"""A real OpenAI-compatible server, llama.cpp in another process, as `llm_base_url` names one."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant.errors import ModelUnavailable
from assistant.language_models.models import ChatModel, open_chat_model
from assistant.language_models.weights import model_file
from assistant.records import Answer, Done, Text
from assistant.settings import Settings
from tests.conftest import OpenEngine, article
from tests.serving_model import served

pytestmark = [pytest.mark.model, pytest.mark.processes]
SAID = "Acme bought the port of Halden for 4.2 million euros in March."


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with served(model_file(Settings())) as found:
        yield found


@pytest.fixture
def chosen(settings: Settings, server: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OPENAI_API_KEY", server["key"])
    article(settings.corpus_dir, "port.md", f"{SAID} It was built in 1921.", title="Port", published="2026-03-04")
    return settings.model_copy(update={"llm": "openai:local", "llm_base_url": server["base_url"]})


def asked(model: ChatModel | None, open_engine: OpenEngine) -> tuple[Answer, str]:
    *events, last = open_engine(model).stream("what did Acme buy?")
    assert isinstance(last, Done)
    return last.answer, "".join(event.piece for event in events if isinstance(event, Text))


def test_its_answers_are_grounded_and_counted(chosen: Settings, open_engine: OpenEngine):
    answer, streamed = asked(open_chat_model(chosen, lambda _: None), open_engine)
    assert [citation.quote for citation in answer.citations] == [SAID]
    assert "Halden" in answer.text
    assert streamed == answer.text
    assert answer.model == "openai:local"
    assert min(answer.usage.values()) > 0


def test_without_a_structure_its_numbered_lines_are_grounded_as_well(chosen: Settings, open_engine: OpenEngine):
    model = open_chat_model(chosen, lambda _: None)
    assert model is not None
    model.unstructured.set()
    answer, _ = asked(model, open_engine)
    assert [citation.quote for citation in answer.citations] == [SAID]


def test_langchain_holds_it_to_a_structure_as_it_does_other_providers(chosen: Settings, open_engine: OpenEngine):
    model = open_chat_model(chosen, lambda _: None)
    assert model is not None
    answer, _ = asked(replace(model, json_schema=False), open_engine)
    assert [citation.quote for citation in answer.citations] == [SAID]


def test_a_wrong_key_is_told_and_not_shown(chosen: Settings, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", wrong := "wrong-key-0123456789")
    with pytest.raises(ModelUnavailable, match="set OPENAI_API_KEY to one that is valid") as error:
        asked(open_chat_model(chosen, lambda _: None), open_engine)
    assert wrong not in str(error.value)


def test_a_server_that_is_gone_is_told(chosen: Settings, open_engine: OpenEngine):
    gone = chosen.model_copy(update={"llm_base_url": "http://127.0.0.1:9/v1"})
    with pytest.raises(ModelUnavailable, match="Connection error"):
        asked(open_chat_model(gone, lambda _: None), open_engine)
