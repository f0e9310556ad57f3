"""Errors of the assistant as answers of HTTP: a status that programs act on, and a line that people read."""

from __future__ import annotations

import math
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exception_handlers import request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response

from ..errors import (
    AssistantError,
    EmptyCorpus,
    ModelBusy,
    NotAllowed,
    TooMany,
    UnknownDocument,
    UsageError,
)
from .http_bodies import trouble

OPENAI = "/v1/"
"""Below it errors look as an OpenAI client reads them."""
_STATUS: tuple[tuple[type[AssistantError], int], ...] = (
    (TooMany, 429),
    (NotAllowed, 403),
    (UnknownDocument, 404),
    (EmptyCorpus, 409),
    (UsageError, 400),
)
_BUSY = 10
"""Seconds after which one whom the queue has no place for may ask again."""


def status(error: AssistantError) -> int:
    """The HTTP status that says whose fault it is: below 500 the caller's."""
    return next((number for kind, number in _STATUS if isinstance(error, kind)), 503)


def answer(error: AssistantError, path: str) -> Response:
    """What a caller gets who met an error."""
    headers = {}
    if isinstance(error, TooMany | ModelBusy):
        headers["Retry-After"] = str(math.ceil(error.wait) if isinstance(error, TooMany) else _BUSY)
    body = for_openai(str(error), type(error).__name__) if path.startswith(OPENAI) else trouble(error)
    return JSONResponse(body, status(error), headers=headers)


def for_openai(message: str, kind: str) -> dict[str, Any]:
    """An error in the form that OpenAI clients read."""
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


def add_handlers(app: FastAPI) -> None:
    """Have errors that the API's functions raise answered."""

    async def met(request: Request, error: Any) -> Response:
        return answer(error, request.url.path)

    async def unread(request: Request, error: Any) -> Response:
        if not request.url.path.startswith(OPENAI):
            return await request_validation_exception_handler(request, error)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return JSONResponse(for_openai(f"{where}: {first['msg']}", "invalid_request_error"), 400)

    app.add_exception_handler(AssistantError, met)
    app.add_exception_handler(RequestValidationError, unread)
