"""The assistant as OpenAI clients know a model: `POST /v1/chat/completions`, with the citations in a field of its own.

messages → the last one of the user is the question, those before it the conversation → `Assistant.stream`
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from ..errors import UsageError
from ..records import Answer, Done, Event, Text
from .http_bodies import MOST_BYTES
from .http_errors import for_openai
from .http_streams import sent, streamed, whole
from .visitors import Visitors

MODEL = "assistant"
"""The only model there is here; which language model it uses the settings say."""
_DESCRIBED = {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}
_TROUBLE: dict[int | str, dict[str, Any]] = {
    number: {"description": f'{why}; the body is `{{"error": {{"message": …}}}}`'}
    for number, why in {
        400: "The request makes no sense",
        401: "Nobody is signed in",
        403: "Your role does not allow this",
        404: "There is no such model",
        409: "The corpus is empty",
        429: "Asked too often",
        503: "The model, the index or the queue is the trouble",
    }.items()
}
_STREAMED: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {"schema": {}}}}}
"""Where `stream` is set."""
_END = "data: [DONE]\n\n"


class Part(BaseModel):
    """A part of a message. Only text is understood."""

    type: str
    text: str = ""


class ChatMessage(BaseModel):
    """A message. System and developer messages are passed over: what an answer may say is not up to them."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """Its words. Raises UsageError for what is no text."""
        if not isinstance(self.content, list):
            return self.content or ""
        if other := next((part.type for part in self.content if part.type != "text"), ""):
            raise UsageError(f"a part of a message is of type {other!r}; only text is understood here")
        return " ".join(part.text for part in self.content)


class StreamOptions(BaseModel):
    """What a stream tells besides the text."""

    include_usage: bool | None = None


class ChatBody(BaseModel):
    """A request as OpenAI clients send it. Fields that are not named here, such as `temperature`, change nothing."""

    messages: list[ChatMessage] = Field(min_length=1)
    model: str = MODEL
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None


def openai_api(visitors: Visitors) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/v1", tags=["OpenAI"], responses=_TROUBLE, max_body_size=MOST_BYTES)
    router.add_api_route("/models", _models, methods=["GET"], summary="List the model")
    router.add_api_route("/models/{model}", _the_model, methods=["GET"], summary="Describe the model")
    answer = router.post("/chat/completions", summary="Answer a conversation", responses=_STREAMED)
    answer(_complete(visitors))
    return router


def _models() -> Any:
    return {"object": "list", "data": [_DESCRIBED]}


def _the_model(model: str) -> Response:
    return JSONResponse(_DESCRIBED) if model == MODEL else _no_model(model)


def _no_model(wanted: str) -> Response:
    told = f"there is no model {wanted!r} here; ask for {MODEL!r}"
    return JSONResponse(for_openai(told, "invalid_request_error"), 404)


def _complete(visitors: Visitors) -> Callable[..., Awaitable[Response]]:
    async def complete(body: ChatBody, request: Request) -> Response:
        if body.model != MODEL:
            return _no_model(body.model)
        question, before = _conversation(body.messages)
        events = visitors.of(request).stream(question, before)
        reply = _Reply(usage=bool(body.stream_options and body.stream_options.include_usage))
        if not body.stream:
            return await whole(events, request, reply.whole)
        return await streamed(
            events,
            reply.chunks,
            lambda error: sent(for_openai(str(error), type(error).__name__)),
            _END,
        )

    return complete


def _conversation(messages: list[ChatMessage]) -> tuple[str, list[dict[str, str]]]:
    """The question, and what was said before it."""
    said = [message for message in messages if message.role in {"user", "assistant"}]
    if not said or said[-1].role != "user":
        raise UsageError("the last message is not of the user; it has to be the question")
    return said[-1].text, [{"role": message.role, "content": message.text} for message in said[:-1]]


class _Reply:
    """An answer in the form that OpenAI clients read, whole or in pieces."""

    def __init__(self, *, usage: bool) -> None:
        self._of = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": MODEL}
        self._usage = usage
        self._begun = False

    def whole(self, answer: Answer) -> dict[str, Any]:
        """The answer at once."""
        choice = {"index": 0, "finish_reason": "stop", "logprobs": None}
        message = {"role": "assistant", "content": answer.text, "refusal": None}
        return {
            **self._of,
            "object": "chat.completion",
            "choices": [choice | {"message": message}],
            "usage": _usage(answer),
            **_beside(answer),
        }

    def chunks(self, event: Event) -> Iterator[str]:
        """What an event of the answer adds to it."""
        if isinstance(event, Text):
            role = {} if self._begun else {"role": "assistant"}
            self._begun = True
            yield self._chunk({**role, "content": event.piece})
        elif isinstance(event, Done):
            yield self._chunk({}, "stop", **_beside(event.answer))
            if self._usage:
                yield sent(self._of | {"object": "chat.completion.chunk", "choices": [], "usage": _usage(event.answer)})

    def _chunk(self, delta: dict[str, Any], finished: str | None = None, **beside: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finished, "logprobs": None}
        return sent(self._of | {"object": "chat.completion.chunk", "choices": [choice], **beside})


def _beside(answer: Answer) -> dict[str, Any]:
    """What OpenAI's format has no place for: the citations that `[1]` stands for, and whether it is an answer."""
    plain = answer.to_dict()
    return {name: plain[name] for name in ("answered", "kind", "citations", "notes", "derived", "understood")}


def _usage(answer: Answer) -> dict[str, int]:
    given, made = answer.usage.get("input", 0), answer.usage.get("output", 0)
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}
