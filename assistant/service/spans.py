"""OpenTelemetry: a span for each question, and below it one for each step. They hold figures and no words.

`opentelemetry-sdk` exports them as its own variables say (`OTEL_EXPORTER_OTLP_ENDPOINT` and the like, OTLP over HTTP).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..errors import SettingsError
from ..hosts import host_of, is_here
from ..settings import Settings
from .observing import Account, Observer

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_NAME = "briefing-assistant"


class Spans(Observer):
    """An observer that makes the spans of a question once it has ended, with the times that its steps had.

    So nothing of them is under way while an answer is, whichever threads it goes through.
    """

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer(_NAME)

    def ended(self, account: Account) -> None:
        """Make them."""
        from opentelemetry.trace import Status, StatusCode, set_span_in_context

        steps = account.steps
        question = self._tracer.start_span("question", start_time=steps.began, attributes=_attributes(account))
        within = set_span_in_context(question)
        for name, step in steps.taken.items():
            of_step = {"assistant.seconds": step.seconds, "assistant.times": step.times}
            span = self._tracer.start_span(name, within, start_time=step.began, attributes=of_step)
            span.end(step.ended)
        if account.error:
            question.set_status(Status(StatusCode.ERROR))
        question.end(account.ended)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


def open_spans(settings: Settings) -> Spans:
    """Spans that are sent where OpenTelemetry's own variables say. Raises SettingsError."""
    endpoint = next(filter(None, map(os.environ.get, _ENDPOINTS)), "http://localhost:4318")
    if settings.offline and not is_here(host_of(endpoint)):
        raise SettingsError("otel would send spans off this machine; unset offline to allow that")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        told = f"otel needs a package ({error.name}): run pip install '{_NAME}[otel]'"
        raise SettingsError(told) from None
    # Of our own, and not the program's: Chroma would send spans through that one, with what it is asked for.
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: _NAME}
    provider = TracerProvider(resource=Resource.create({**named, SERVICE_VERSION: __version__}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Spans(provider)


def _attributes(account: Account) -> dict[str, Any]:
    """What is told of a question, by the names that OpenTelemetry has for it where it has one."""
    answer = account.answer
    found: dict[str, Any] = {
        "assistant.question.id": account.question_id,
        "assistant.outcome": account.outcome,
        "assistant.passages": account.passages,
        "assistant.citations": len(answer.citations) if answer else 0,
        "gen_ai.request.model": account.model,
    }
    if account.first_token:
        found["assistant.first_token.seconds"] = account.steps.seconds(account.first_token)
    if answer and answer.usage:
        found["gen_ai.usage.input_tokens"] = answer.usage.get("input", 0)
        found["gen_ai.usage.output_tokens"] = answer.usage.get("output", 0)
    return found | ({"error.type": account.error} if account.error else {})
