"""OpenTelemetry spans: one for a question, one for each of its steps, figures and no words, and only when wanted."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from assistant.errors import ModelUnavailable, SettingsError
from assistant.formats.parsing import Parser
from assistant.language_models.models import ChatModel
from assistant.service.engine import Engine
from assistant.service.observing import observers_of
from assistant.service.spans import Spans
from assistant.settings import Settings
from tests.conftest import OpenEngine, article
from tests.fakes import WordEmbedder, saying, scripted
from tests.stand_in import ReceivingServer

SAID = "Acme owns the port of Halden."
QUESTION = "who owns the port of Halden?"


@pytest.fixture(autouse=True)
def _port(settings: Settings) -> None:
    article(settings.corpus_dir, "port.md", SAID, title="Port", published="2026-03-04")


def exported(settings: Settings, parser: Parser, model: ChatModel) -> InMemorySpanExporter:
    """The spans of one question."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    engine = Engine(settings, WordEmbedder(), model, parser=parser, observers=[Spans(provider)])
    try:
        list(engine.stream(QUESTION))
    finally:
        engine.close()
    return exporter


def test_a_question_has_a_span_and_each_of_its_steps_one_below_it(settings: Settings, parser: Parser):
    *steps, question = exported(settings, parser, scripted((1, SAID))).get_finished_spans()
    assert question.name == "question"
    assert [step.name for step in steps] == ["sync", "retrieve", "select", "load", "queue", "judge", "write", "check"]
    assert {step.parent.span_id for step in steps} == {question.context.span_id}
    for step in steps:
        assert question.start_time <= step.start_time <= step.end_time <= question.end_time
    assert question.attributes["assistant.outcome"] == "answered"
    assert question.attributes["gen_ai.request.model"] == "scripted"
    assert question.attributes["assistant.citations"] == 1


def test_no_span_has_a_word_of_question_answer_or_article(settings: Settings, parser: Parser):
    spans = exported(settings, parser, scripted((1, SAID))).get_finished_spans()
    told = "".join(span.to_json() for span in spans)
    assert not [word for word in ("Acme", "Halden", "port", "owns") if word in told]


def test_a_failure_is_told_by_its_class(settings: Settings, parser: Parser):
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    observers = [Spans(provider)]
    engine = Engine(settings, WordEmbedder(), saying("talk", breaks_after=0), parser=parser, observers=observers)
    with pytest.raises(ModelUnavailable):
        list(engine.stream(QUESTION))
    engine.close()
    question = exporter.get_finished_spans()[-1]
    assert question.attributes["error.type"] == "ModelUnavailable"
    assert not question.status.is_ok


def test_spans_are_sent_where_opentelemetrys_own_variable_says_and_only_by_our_setting(
    settings: Settings, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch
):
    with ReceivingServer() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.base_url)
        for otel in (False, True):
            assert collector.received == []
            engine = open_engine(settings=settings.model_copy(update={"otel": otel}))
            list(engine.stream(QUESTION))
            engine.close()
    ((path, body),) = collector.received
    assert path == "/v1/traces"
    assert b"briefing-assistant" in body
    assert b"Halden" not in body


def test_spans_leave_no_machine_that_is_offline(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example.org:4318")
    with pytest.raises(SettingsError, match="unset offline"):
        observers_of(settings.model_copy(update={"otel": True}))
