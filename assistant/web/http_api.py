"""The HTTP API: what Python callers can do, in JSON, as the person whose token a request has.

body → `Visitors.of(request)` → a call of `Assistant` → `to_dict`
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, File, Query, Request, UploadFile
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response

from .. import __version__
from ..access import EDITOR
from ..errors import CorpusError, UsageError
from ..records import Answer, Document, Done, Event, Retrieved, SyncReport, Text, Waiting
from .http_bodies import MOST_BYTES, AskBody, Documents, Passages, SealedAnswer, SearchBody, Trouble, history, trouble
from .http_streams import sent, streamed, whole
from .visitors import Visitors

_TROUBLE: dict[int | str, dict[str, Any]] = {
    400: {"model": Trouble, "description": "What was asked for makes no sense; the message says what to change."},
    401: {"description": "Nobody is signed in; send a token as `Authorization: Bearer …`."},
    403: {"model": Trouble, "description": "Your role does not allow this."},
    404: {"model": Trouble, "description": "There is no such article."},
    409: {"model": Trouble, "description": "The corpus is empty."},
    422: {"model": Trouble, "description": "The request is not of this form; the message names the field."},
    413: {"description": "More is sent than is read."},
    429: {"model": Trouble, "description": "Asked too often; `Retry-After` says when to ask again."},
    503: {"model": Trouble, "description": "The model, the index or the queue is the trouble, not you."},
}
Limit = Annotated[int | None, Query(ge=1, le=10_000, description="articles at most; all of them by default")]
Offset = Annotated[int, Query(ge=0, le=2**31, description="articles to leave out at the beginning of the list")]
Files = Annotated[list[UploadFile], File(alias="file", min_length=1, max_length=1, description="one a request")]
_NAME = frozenset({errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ})
"""What a system says of a name that no file can have."""
_ASKED = """The answer with its citations, or a refusal (`answered` is false). With `stream`, server-sent events:
`retrieved` (passages), `waiting` (ahead), `text` (piece), then `done` (the answer), or `error`."""
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"model": SealedAnswer, "content": {"text/event-stream": {"schema": {}}}}
}


def api(visitors: Visitors) -> APIRouter:
    """The calls, all of them below /api."""
    router = APIRouter(prefix="/api", responses=_TROUBLE, tags=["assistant"], max_body_size=MOST_BYTES)
    most = visitors.settings.max_file_bytes + MOST_BYTES
    router.post("/ask", summary="Answer a question", description=_ASKED, responses=_ANSWER)(_ask(visitors))
    router.post("/search", summary="Find passages", response_model=Passages)(_search(visitors))
    router.get("/documents", summary="List the articles", response_model=Documents)(_documents(visitors))
    router.post("/documents", summary="Add an article", response_model=SyncReport, max_body_size=most)(_add(visitors))
    one = "/documents/{document_id}"
    router.get(one, summary="Read an article", response_model=Document)(_document(visitors))
    router.delete(one, summary="Move an article to the trash", response_model=SyncReport)(_remove(visitors))
    return router


def describe(app: FastAPI, calls: Iterable[APIRouter]) -> None:
    """Have the app tell at /api/openapi.json what these calls take and give."""
    found = FastAPI()
    for router in calls:
        found.include_router(router)
    said = get_openapi(title="Briefing assistant", version=__version__, routes=found.routes)
    app.add_api_route("/api/openapi.json", lambda: JSONResponse(said), methods=["GET"], include_in_schema=False)


def _ask(visitors: Visitors) -> Callable[..., Awaitable[Response]]:
    async def ask(body: AskBody, request: Request) -> Response:
        events = visitors.of(request).stream(body.question, history(body.history), body.filters)
        if body.stream:
            return await streamed(events, _told, lambda error: sent(trouble(error), "error"))
        return await whole(events, request, Answer.to_dict)

    return ask


def _told(event: Event) -> Iterator[str]:
    """An event of an answer on the wire."""
    if isinstance(event, Done):
        yield sent(event.answer.to_dict(), "done")
    elif isinstance(event, Retrieved | Waiting | Text):
        yield sent(event.to_dict(), type(event).__name__.lower())


def _search(visitors: Visitors) -> Callable[..., Any]:
    def search(body: SearchBody, request: Request) -> Any:
        found = visitors.of(request).search(body.question, body.k, body.filters, history(body.history))
        return {"passages": found}

    return search


def _documents(visitors: Visitors) -> Callable[..., Any]:
    def documents(request: Request, limit: Limit = None, offset: Offset = 0) -> Any:
        assistant = visitors.of(request)
        found = assistant.documents()
        part = found[offset : None if limit is None else offset + limit]
        return {"documents": part, "total": len(found), "failures": assistant.failures()}

    return documents


def _document(visitors: Visitors) -> Callable[..., Any]:
    def document(document_id: str, request: Request) -> Any:
        return visitors.of(request).document(document_id)

    return document


def _add(visitors: Visitors) -> Callable[..., Any]:
    def add(files: Files, request: Request, collection: str = "") -> Any:
        (file,) = files
        assistant = visitors.of(request)
        assistant.person.needs(EDITOR, "adding articles")
        name = PurePath((file.filename or "").replace("\\", "/")).name
        if not name or name in {".", ".."} or "\0" in name:
            raise UsageError("the file has no name; send one, its ending tells what kind of file it is")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            _keep(file, path)
            report = assistant.add(path, collection=collection)
        failed = {source if source != str(path) else name: reason for source, reason in report.failed.items()}
        return replace(report, failed=failed)

    return add


def _keep(file: UploadFile, path: Path) -> None:
    """Write what was sent where it can be added from. What is larger than it may be, adding it tells."""
    try:
        with path.open("wb") as written:
            shutil.copyfileobj(file.file, written)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno not in _NAME:
            raise CorpusError(f"the file cannot be kept ({error.strerror}); check the free disk") from None
        raise UsageError(f"{path.name!r} cannot be the name of a file; choose a shorter one, in letters") from None


def _remove(visitors: Visitors) -> Callable[..., Any]:
    def remove(document_id: str, request: Request) -> Any:
        return visitors.of(request).remove(document_id)

    return remove
