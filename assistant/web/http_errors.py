"""Errors of the assistant as answers of HTTP: a status that programs act on, and a line that people read."""

from __future__ import annotations

import math
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from ..errors import (
    AssistantError,
    EmptyCorpus,
    ModelBusy,
    NotAllowed,
    ShuttingDown,
    TooMany,
    UnknownConversation,
    UnknownDocument,
    UsageError,
)
from ..language.terms import printable

API, OPENAI = "/api/", "/v1/"
"""Below the second, errors look as an OpenAI client reads them."""
_STATUS: tuple[tuple[type[AssistantError], int], ...] = (
    (TooMany, 429),
    (NotAllowed, 403),
    (UnknownDocument, 404),
    (UnknownConversation, 404),
    (EmptyCorpus, 409),
    (UsageError, 400),
)
_NAMED = 200
"""Characters of the name of a field, which a caller may make up."""
_BUSY = 10
"""Seconds after which one whom the queue has no place for, or whom the server told to come back, may ask again."""


def status(error: AssistantError) -> int:
    """The HTTP status that says whose fault it is: below 500 the caller's."""
    return next((number for kind, number in _STATUS if isinstance(error, kind)), 503)


def answer(error: AssistantError, path: str) -> Response:
    """What a caller gets who met an error."""
    headers = {}
    if isinstance(error, TooMany | ModelBusy | ShuttingDown):
        headers["Retry-After"] = str(math.ceil(error.wait) if isinstance(error, TooMany) else _BUSY)
    return JSONResponse(_body(str(error), type(error).__name__, path), status(error), headers=headers)


def _body(message: str, kind: str, path: str) -> dict[str, Any]:
    return for_openai(message, kind) if path.startswith(OPENAI) else {"error": kind, "message": message}


def for_openai(message: str, kind: str) -> dict[str, Any]:
    """An error in the form that OpenAI clients read."""
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


def _unread(first: dict[str, Any]) -> str:
    """What is wrong with a request, by the first error of pydantic. What was sent is not repeated."""
    if first["type"] == "json_invalid":
        return f"the body is no JSON: {first['ctx']['error']} at character {first['loc'][-1]}"
    where = ".".join(str(part) for part in first["loc"][1:] or first["loc"])
    return f"{printable(where[:_NAMED])}: {first['msg']}"


def add_handlers(app: FastAPI) -> None:
    """Have errors that the API's functions raise answered, and those of reading a request, in the same form."""

    async def met(request: Request, error: Any) -> Response:
        return answer(error, request.url.path)

    async def unread(request: Request, error: Any) -> Response:
        path = request.url.path
        number = 400 if path.startswith(OPENAI) else 422
        return JSONResponse(_body(_unread(error.errors()[0]), UsageError.__name__, path), number)

    async def refused(request: Request, error: Any) -> Response:
        path = request.url.path
        if not path.startswith((API, OPENAI)):
            return await http_exception_handler(request, error)
        return JSONResponse(_body(str(error.detail), UsageError.__name__, path), error.status_code)

    app.add_exception_handler(AssistantError, met)
    app.add_exception_handler(RequestValidationError, unread)
    app.add_exception_handler(HTTPException, refused)
