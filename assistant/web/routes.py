"""Pages beside the chat: an article to read, and a conversation as text, as Markdown and to print."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse

from ..access import ADMIN
from ..errors import AssistantError
from ..in_words import limits_in_words, place_in_words
from ..people.exchanges import Conversation
from ..records import Filters
from .backups import Backups
from .footnotes import as_markdown, as_text
from .http_errors import status
from .parts import HERE, rendered
from .reading import stretches
from .turns import understood
from .views import paragraphs
from .visitors import Visitors

_CLOSED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


def routes(visitors: Visitors, backups: Backups) -> APIRouter:
    """The pages, all of them read only, as the person of a request may read them."""
    router = APIRouter(default_response_class=HTMLResponse)
    router.get("/articles/{document_id}")(_article(visitors))
    router.get("/conversations/{conversation_id}/print")(_print(visitors))
    router.get("/conversations/{conversation_id}/text")(_text(visitors))
    router.get("/conversations/{conversation_id}/markdown")(_markdown(visitors))
    router.get("/backups/{backup_id}")(_backup(visitors, backups))
    return router


def _article(visitors: Visitors) -> Callable[..., Response]:
    def article(request: Request, document_id: str, start: int = Query(0, ge=0), end: int = Query(0, ge=0)) -> Response:
        try:
            assistant = visitors.of(request)
            document = assistant.document(document_id)
            alike = tuple(document.similar)
            similar = assistant.documents(Filters(document_ids=alike)) if alike else []
        except AssistantError as error:
            return _missing(error, "../")
        return _page(
            "article.html",
            title=document.title,
            language=document.language,
            document=document,
            similar=similar,
            stretches=stretches(document.text, start, end, document.pages),
        )

    return article


def _print(visitors: Visitors) -> Callable[..., Response]:
    def to_print(request: Request, conversation_id: str) -> Response:
        try:
            conversation = visitors.of(request).conversations.get(conversation_id)
        except AssistantError as error:
            return _missing(error, "../../")
        exchanges = [
            (
                number,
                exchange,
                list(paragraphs(exchange.text)),
                understood(exchange),
                limits_in_words(exchange.filters),
                [place_in_words(citation) for citation in exchange.answer.citations] if exchange.answer else [],
            )
            for number, exchange in conversation.exchanges.items()
        ]
        return _page(
            "print.html", title=conversation.name, language="en", conversation=conversation, exchanges=exchanges
        )

    return to_print


def _text(visitors: Visitors) -> Callable[..., Response]:
    def text(request: Request, conversation_id: str, turn: int) -> Response:
        try:
            exchange = visitors.of(request).conversations.get(conversation_id).exchanges.get(turn)
        except AssistantError as error:
            return PlainTextResponse(str(error), status(error))
        return PlainTextResponse(as_text(exchange), headers=_CLOSED) if exchange else PlainTextResponse("", 404)

    return text


def _markdown(visitors: Visitors) -> Callable[..., Response]:
    def markdown(request: Request, conversation_id: str) -> Response:
        try:
            conversation = visitors.of(request).conversations.get(conversation_id)
        except AssistantError as error:
            return PlainTextResponse(str(error), status(error))
        headers = _CLOSED | {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(_file_name(conversation))}"}
        return Response(as_markdown(conversation), media_type="text/markdown; charset=utf-8", headers=headers)

    return markdown


def _backup(visitors: Visitors, backups: Backups) -> Callable[..., Response]:
    def backup(request: Request, backup_id: str) -> Response:
        try:
            visitors.of(request).person.needs(ADMIN, "fetching a backup")
        except AssistantError as error:
            return PlainTextResponse(str(error), status(error))
        made = backups.get(backup_id)
        if made is None or not made.file.is_file():
            return PlainTextResponse("this backup is not kept any more; make another one", 404)
        return FileResponse(made.file, media_type="application/x-tar", filename=made.file.name, headers=_CLOSED)

    return backup


def _page(template: str, *, status: int = 200, **values: object) -> Response:
    style = (HERE / "document.css").read_text(encoding="utf-8")
    return HTMLResponse(rendered(template, style=style, **values), status, headers=_CLOSED)


def _missing(error: AssistantError, home: str) -> Response:
    title = "Not here" if status(error) == 404 else "That did not work"
    return _page("missing.html", status=status(error), title=title, language="en", reason=str(error), home=home)


def _file_name(conversation: Conversation) -> str:
    return (re.sub(r"[^\w -]+", "", conversation.name).strip() or "conversation") + ".md"
