"""What watches the server: whether it lives, whether it can answer, and figures for Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from ..access import ADMIN
from ..api import Assistant
from ..errors import AssistantError
from .figures import Figures
from .visitors import Visitors

OPEN = frozenset({"/health", "/ready"})
"""Told to anybody, as those who ask are no people: neither says anything of articles."""


def health(assistant: Assistant, visitors: Visitors, figures: Figures) -> APIRouter:
    """The routes. `assistant` is everyone's, as whether it is ready does not hang on who asks."""
    router = APIRouter(tags=["operations"], default_response_class=PlainTextResponse)
    router.get("/health", summary="Whether the server lives")(_health)
    router.get("/ready", summary="Whether it can look articles up")(_ready(assistant))
    router.head("/health", include_in_schema=False)(_health)  # what some monitors ask with
    router.head("/ready", include_in_schema=False)(_ready(assistant))
    router.add_api_route("/metrics", _metrics(visitors, figures), methods=["GET"], summary="Figures for Prometheus")
    return router


async def _health() -> Response:  # takes no thread, of which none may be free
    return PlainTextResponse("ok")


def _ready(assistant: Assistant) -> Callable[..., Response]:
    def ready() -> Response:
        if assistant.leaving.begun:
            return PlainTextResponse("stopping", 503)
        try:
            assistant.overview()
        except AssistantError:  # it may name files, and is told to people elsewhere
            return PlainTextResponse("not ready; 'assistant doctor' tells why", 503)
        return PlainTextResponse("ready")

    return ready


def _metrics(visitors: Visitors, figures: Figures) -> Callable[..., Response]:
    def metrics(request: Request) -> Response:
        allowed = visitors.of(request)
        allowed.person.needs(ADMIN, "reading figures")
        return Response(figures.exposed(allowed.overview().total), media_type=CONTENT_TYPE_LATEST)

    return metrics
