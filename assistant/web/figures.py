"""Figures for Prometheus: what was asked, how long it took, how it ended. They name neither people nor articles."""

from __future__ import annotations

import time
from collections.abc import Generator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import AssistantError
from ..records import Done, Event, Retrieved

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PAGE = "page"
"""All that is no call of the API: the page, its scripts, and Gradio's events."""


class Figures:
    """Those of one server, since it was started."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        to = self._registry
        self._asked = Counter("assistant_questions", "Questions by how they ended.", ["outcome"], registry=to)
        self._under_way = Gauge("assistant_questions_under_way", "Questions that are being answered.", registry=to)
        self._found = Histogram("assistant_passages_seconds", "Until the passages.", buckets=_SECONDS, registry=to)
        self._took = Histogram("assistant_answer_seconds", "Until the whole answer.", buckets=_SECONDS, registry=to)
        self._articles = Gauge("assistant_articles", "Articles in the corpus.", registry=to)
        labels = ["route", "method", "status"]
        self._requests = Counter("assistant_http_requests", "Requests by route and status.", labels, registry=to)
        for outcome in ("answered", "refused", "failed", "stopped"):
            self._asked.labels(outcome)  # told as 0 before it happens, so that a rate of it can be made

    def watched(self, events: Generator[Event]) -> Generator[Event]:
        """The events of an answer as they are, counted."""
        began, outcome = time.monotonic(), "stopped"
        self._under_way.inc()
        try:
            for event in events:
                if isinstance(event, Retrieved):
                    self._found.observe(time.monotonic() - began)
                elif isinstance(event, Done):
                    outcome = "answered" if event.answer.answered else "refused"
                    self._took.observe(time.monotonic() - began)
                yield event
        except AssistantError:
            outcome = "failed"
            raise
        finally:
            events.close()
            self._under_way.dec()
            self._asked.labels(outcome).inc()

    def count(self, scope: Scope, status: int) -> None:
        """Count a request that was answered."""
        route = scope.get("route")
        path = getattr(route, "path", "")
        ours = path if path.startswith(("/api/", "/v1/", "/health", "/ready", "/metrics")) else _PAGE
        method = scope["method"] if scope["method"] in _METHODS else "other"  # a caller may send any word
        self._requests.labels(ours, method, str(status)).inc()

    def exposed(self, articles: int) -> bytes:
        """All figures in Prometheus' text format."""
        self._articles.set(articles)
        return generate_latest(self._registry)


class Counting:
    """ASGI middleware that counts requests."""

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, and count what comes of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._figures.count(scope, message["status"])
            await send(message)

        await self._app(scope, receive, counted)
