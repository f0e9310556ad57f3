"""The door of the page: whoever is not signed in gets the form to do so, and nothing else.

request → cookie or token → the person, into the state of the request → the page
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import anyio.to_thread
from anyio import CapacityLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import AssistantError, TooMany
from ..people.passwords import AT_ONCE
from ..people.people import User
from ..people.users import Users
from .health import OPEN
from .parts import HERE, rendered
from .visitors import KEY

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
_CLOSED = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LASTING = ("/assets/", "/static/", "/svelte/", "/theme.css", "/favicon.ico")
"""What holds nothing of anybody, so that a browser may keep it."""
_COOKIE = "assistant-session"
_FORM_BYTES, _QUEUE = 16_384, 64
_OTHER_SITE = "this request does not say that it comes from the page; send an Origin header, or a token"


class Door:
    """ASGI middleware that lets in who is signed in; see the module."""

    def __init__(self, app: ASGIApp, users: Users, hours: float) -> None:
        self._app = app
        self._users = users
        self._hours = hours
        self._reading = CapacityLimiter(8)
        self._proving = CapacityLimiter(AT_ONCE)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request here, or let it in."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {}).pop(KEY, None)
        request = Request(scope, receive) if scope["type"] == "http" else None
        at_door = request and scope["path"] == SIGN_IN
        answer = await self._at_form(request) if request and at_door else await self._answer(scope)
        if answer is not None:
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, _uncached(send) if not scope["path"].startswith(_LASTING) else send)

    async def _at_form(self, request: Request) -> Response:
        if request.method in {"GET", "HEAD"}:
            return _form(_here(request.query_params.get("next", "")))
        if request.method != "POST":
            return _plain("no such method", 405)
        given = await _filled_in(request)
        return _plain("this is no form of the page", 400) if given is None else await self._sign_in(request, given)

    async def _answer(self, scope: Scope) -> Response | None:
        """The answer of the door; None for a request that is let in, whose state has the person then."""
        method, path, headers = scope.get("method", ""), scope["path"], Headers(scope=scope)
        if path in OPEN and method in _SAFE:
            return None
        secure = scope["scheme"] in {"https", "wss"}
        session, token = session_of(headers, secure=secure), token_of(headers)
        try:
            user = await self._find(session, token)
        except AssistantError as error:
            return _plain(str(error), 503)
        if user is None:
            return _closed(scope, headers)
        if token is None and method not in _SAFE and not _from_here(headers):
            return _plain(_OTHER_SITE, 403)
        if path == SIGN_OUT:
            return await self._sign_out(session, secure=secure) if method == "POST" else _plain("no such method", 405)
        scope["state"][KEY] = user
        return None

    async def _find(self, session: str, token: str | None) -> User | None:
        """Who it is. A token stands in place of the cookie, whether it is right or not."""

        def find() -> User | None:
            return self._users.by_session(session) if token is None else self._users.by_token(token)

        return await anyio.to_thread.run_sync(find, limiter=self._reading) if session or token else None

    async def _sign_in(self, request: Request, given: Mapping[str, str]) -> Response:
        name, password, next_ = given.get("name", ""), given.get("password", ""), _here(given.get("next", ""))
        if not name.strip() or not password:
            return _form(next_, name, "Give your name and your password.", 401)
        secure = request.url.scheme == "https"
        try:
            session = await self._begin(request, name, password, session_of(request.headers, secure=secure))
        except TooMany as error:
            return _form(next_, name, str(error), 429, wait=error.wait)
        except AssistantError as error:
            return _form(next_, name, str(error), 503)
        if not session:
            return _form(next_, name, "Name or password is wrong.", 401)
        answer = RedirectResponse(_url(next_), 303, headers={"Cache-Control": "no-store"})
        _set_cookie(answer, session, secure=secure, seconds=self._hours * 3_600)
        return answer

    async def _begin(self, request: Request, name: str, password: str, former: str) -> str:
        """A new session, which ends the former one of this browser; empty for a wrong password. Raises TooMany."""
        if self._waiting >= _QUEUE:
            error = TooMany("many people sign in at this moment; try again in 5 seconds")
            error.wait = 5.0
            raise error
        address = request.client.host if request.client else ""

        def begin() -> str:
            found = self._users.sign_in(name, password, self._hours, address)
            if found and former:
                self._users.sign_out(former)
            return found[1] if found else ""

        self._waiting += 1
        try:
            return await anyio.to_thread.run_sync(begin, limiter=self._proving)
        finally:
            self._waiting -= 1

    async def _sign_out(self, session: str, *, secure: bool) -> Response:
        await anyio.to_thread.run_sync(self._users.sign_out, session, limiter=self._reading)
        answer = RedirectResponse(SIGN_IN, 303, headers={"Cache-Control": "no-store"})
        _set_cookie(answer, "", secure=secure, seconds=0)
        return answer


def session_of(headers: Headers, *, secure: bool) -> str:
    """The session that a request's cookie names; empty for none, and where there are several of them.

    Another service of the same host, or a page below a name above, may have set a second one.
    """
    wanted = _cookie_name(secure=secure)
    pairs = (part.strip().partition("=") for line in headers.getlist("cookie") for part in line.split(";"))
    found = [value.strip() for name, _, value in pairs if name.strip() == wanted]
    return found[0] if len(found) == 1 else ""


def token_of(headers: Headers) -> str | None:
    """The token that a request sends, which may be empty; None where it sends none.

    A password that a proxy before the page asks for is none of ours.
    """
    sent = headers.getlist("authorization")
    if not any(re.match(r"\s*bearer\b", line, re.IGNORECASE) for line in sent):
        return None
    return sent[0].split(None, 1)[-1].strip() if len(sent) == 1 else ""


def _cookie_name(*, secure: bool) -> str:
    return f"__Host-{_COOKIE}" if secure else _COOKIE


def _set_cookie(answer: Response, session: str, *, secure: bool, seconds: float) -> None:
    cookie: SimpleCookie = SimpleCookie()
    name = _cookie_name(secure=secure)
    cookie[name] = session
    attributes: dict[str, Any] = {"path": "/", "max-age": int(seconds), "samesite": "Lax", "httponly": True}
    cookie[name].update(attributes | {"secure": secure})
    answer.headers.append("set-cookie", cookie[name].OutputString())


def _closed(scope: Scope, headers: Headers) -> Response:
    """What somebody gets who is not signed in: a person the form, a program one line."""
    goes = scope["type"] == "http" and (scope["method"] == "GET" or scope["path"] == SIGN_OUT)
    if goes and "text/html" in headers.get("accept", ""):
        wanted = scope["path"] + ("?" + scope["query_string"].decode("latin-1") if scope["query_string"] else "")
        query = f"?{urlencode({'next': _here(wanted)})}" if _here(wanted) != "/" else ""
        return RedirectResponse(SIGN_IN + query, 303, headers={"Cache-Control": "no-store"})
    return _plain("you are not signed in; sign in at /sign-in, or send a token", 401, {"WWW-Authenticate": "Bearer"})


def _from_here(headers: Headers) -> bool:
    """Whether a browser says that the page itself sends this. That an Origin is the page's own was looked at before."""
    site = headers.get("sec-fetch-site")
    return site == "same-origin" if site else "origin" in headers


def _here(path: str) -> str:
    """Where to go after signing in: a path of this site, whatever was asked for."""
    safe = re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", path) and not re.match(r"/sign-(in|out)\b", path)
    return path if safe else "/"


def _url(path: str) -> str:
    return quote(path, safe="/?&=%#:+,;@!~*'()[]$-._")


async def _filled_in(request: Request) -> Mapping[str, str] | None:
    """The fields of a form that was sent, the last of each; None for what is none."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        return None
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _FORM_BYTES:
                return None
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=8)
    except (ValueError, ClientDisconnect):
        return None
    return {name: values[-1] for name, values in fields.items()}


def _form(next_: str, name: str = "", trouble: str = "", status: int = 200, wait: float = 0.0) -> Response:
    style = (HERE / "document.css").read_text(encoding="utf-8")
    page = rendered("sign_in.html", style=style, title="Sign in", language="en", next=next_, name=name, trouble=trouble)
    headers = _CLOSED | ({"Retry-After": str(int(wait + 0.999))} if wait else {})
    return HTMLResponse(page, status, headers=headers)


def _plain(words: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse(words, status, headers={"Cache-Control": "no-store", **(headers or {})})


def _uncached(send: Send) -> Send:
    """Sends answers that no browser and no proxy keeps."""

    async def send_uncached(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Cache-Control"] = "no-store"
        await send(message)

    return send_uncached
