"""What of Gradio's own routes is open, and to whom: only what the page needs, and nobody's tab or upload to another.

Gradio lets the browser choose the name of its tab (`session_hash`), and name any uploaded file: both belong to whoever
named or sent them first.
"""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..access import EDITOR, person
from ..people.people import User
from .visitors import KEY

_PREFIX = "/gradio_api/"
_READ = frozenset({"queue/data", "upload_progress"})
_EVENTS = frozenset({"queue/join", "run/predict"})
_UPLOAD = "upload"
_HEARTBEAT = "heartbeat/"
_OFF = re.compile(r"/(login|logout|monitoring|pwa_icon|deep_link|openapi\.json)(/|$)")
"""Gradio's own that stand beside those below its prefix and are of no use here."""
_TAB = re.compile(r"[\w-]{1,64}", re.ASCII)
_BODY_BYTES = 4_000_000
_EACH = 500
"""Tabs, and uploads, of one person that are remembered: those used longest ago are forgotten first."""
_THEIRS = "this belongs to somebody else; load the page again"


class Owners:
    """Who named a thing first, bounded for each person. Safe to use from several threads."""

    def __init__(self, at_most: int = _EACH) -> None:
        self._at_most = at_most
        self._turn = threading.Lock()
        self._owner: dict[str, str] = {}
        self._of: dict[str, OrderedDict[str, None]] = {}

    def take(self, thing: str, person_: str) -> bool:
        """Whether it is that person's, whose it is from now on where it was nobody's."""
        with self._turn:
            if self._owner.setdefault(thing, person_) != person_:
                return False
            theirs = self._of.setdefault(person_, OrderedDict())
            theirs[thing] = None
            theirs.move_to_end(thing)
            while len(theirs) > self._at_most:
                del self._owner[theirs.popitem(last=False)[0]]
            return True

    def has(self, thing: str, person_: str) -> bool:
        """Whether it is that person's."""
        with self._turn:
            return self._owner.get(thing) == person_


class Gate:
    """ASGI middleware behind the door; where nobody signs in, it closes what the page does not need."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._tabs = Owners()
        self._uploads = Owners()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if _OFF.match(path) or (path.startswith(_PREFIX) and not _is_open(scope)):
            await PlainTextResponse("there is nothing here", 404)(scope, receive, send)
            return
        user: User | None = scope.get("state", {}).get(KEY)
        if user is None or not path.startswith(_PREFIX):
            await self._app(scope, receive, send)
            return
        name = path.removeprefix(_PREFIX).rstrip("/")
        if name == _UPLOAD:
            await self._upload(user, scope, receive, send)
        elif name in _EVENTS:
            await self._send_on(user, scope, receive, send)
        elif not self._may_listen(user, name, scope):
            await PlainTextResponse(_THEIRS, 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _may_listen(self, user: User, name: str, scope: Scope) -> bool:
        tabs = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).get("session_hash", [])
        if name.startswith(_HEARTBEAT):
            tabs = [name.removeprefix(_HEARTBEAT)]
        if not tabs:
            return name != "queue/data"
        return len(tabs) == 1 and bool(_TAB.fullmatch(tabs[0])) and self._tabs.take(tabs[0], user.user_id)

    async def _send_on(self, user: User, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand an event on, if it is of the person's own tab and names no upload of anybody else."""
        try:
            body = await _body(Request(scope, receive))
        except ClientDisconnect:
            return
        refusal = self._refusal(user, body)
        if refusal is not None or body is None:
            await (refusal or PlainTextResponse("too much is sent", 413))(scope, receive, send)
            return
        await self._app(scope, _again(body, receive), send)

    def _refusal(self, user: User, body: bytes | None) -> Response | None:
        if body is None:
            return None
        try:
            event = json.loads(body, object_pairs_hook=_each_once)
        except (ValueError, RecursionError):
            return PlainTextResponse("no page of ours sends this", 400)
        tab = event.get("session_hash") if isinstance(event, dict) else None
        if not isinstance(tab, str) or not _TAB.fullmatch(tab) or event.get("batched"):
            return PlainTextResponse("no page of ours sends this", 400)
        ours = self._tabs.take(tab, user.user_id) and all(
            self._uploads.has(f"{user.user_id} {path}", user.user_id) for path in _files(event.get("data"))
        )
        return None if ours else PlainTextResponse(_THEIRS, 403)

    async def _upload(self, user: User, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a file of somebody who may add it, and remember whose it is before its name is told."""
        if not person(user.name, user.roles).has(EDITOR):
            await PlainTextResponse("adding articles takes the role editor", 403)(scope, receive, send)
            return
        told = b""

        async def remember(message: Message) -> None:
            nonlocal told
            if message["type"] == "http.response.body":
                told += message.get("body", b"")
                if not message.get("more_body"):
                    for path in _paths(told):
                        self._uploads.take(f"{user.user_id} {path}", user.user_id)  # the same file has one path
            await send(message)

        await self._app(scope, receive, remember)


def _is_open(scope: Scope) -> bool:
    """Whether the page needs a route below Gradio's prefix."""
    if scope["type"] != "http":
        return False
    name = scope["path"].removeprefix(_PREFIX).rstrip("/")
    if scope["method"] == "POST":
        return name == _UPLOAD or name in _EVENTS
    beats = name.startswith(_HEARTBEAT) and "/" not in name.removeprefix(_HEARTBEAT)
    return scope["method"] == "GET" and (name in _READ or beats)


async def _body(request: Request) -> bytes | None:
    """What a request sends; None where that is more than any event of the page."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_BYTES:
            return None
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Receives a body that was read already, then whatever follows it."""
    left = [body]

    async def receive_again() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return receive_again


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that says nothing twice: who reads it later might take the other one."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _files(data: object) -> Iterator[str]:
    """The files that an event names, however deep."""
    waiting = [data]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            if "path" in each or "url" in each:
                yield str(each.get("path"))
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _paths(told: bytes) -> list[str]:
    """The paths that Gradio answers an upload with; none where it was refused."""
    try:
        found = json.loads(told)
    except ValueError:
        return []
    return [path for path in found if isinstance(path, str)] if isinstance(found, list) else []
