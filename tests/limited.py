"""A corpus of which not everybody may see everything."""

from __future__ import annotations

from typing import Any

from assistant.api import Assistant
from assistant.settings import Settings
from tests.conftest import OpenEngine

BOARD = {"board": ("directors",), "board/pay": ("pay",)}


def open_with(settings: Settings, open_engine: OpenEngine, collections: dict[str, Any] = BOARD) -> Assistant:
    chosen = settings.model_copy(update={"collections": collections, "questions_per_minute": 1_000})
    return Assistant(open_engine(settings=chosen), chosen)


def id_of(assistant: Assistant, source: str) -> str:
    return next(document.document_id for document in assistant.documents() if source in document.sources)
