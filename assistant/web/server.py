"""The server of the page: the chat at `/`, its pages beside it, and headers that keep the browser at home."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..api import Assistant
from ..errors import AssistantError
from ..people.users import Users
from ..settings import Settings
from .backups import Backups
from .figures import Counting, Figures
from .gate import Gate
from .health import health
from .http_api import api, describe
from .http_errors import add_handlers
from .openai_api import openai_api
from .page import LOOKS, page
from .parts import HERE
from .routes import routes
from .signing_in import Door
from .stopping_server import Server
from .threads import threads_for
from .visitors import Visitors

_AT_HOME = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; frame-ancestors 'self'; form-action 'self';"
    " base-uri 'self'; object-src 'none'"
)
"""Gradio builds its page with inline scripts and evaluates templates; nothing may be fetched from, or sent to,
another host, whatever an article or an answer says."""
_HOUR = 3_600.0
_HEADERS = {
    "Content-Security-Policy": _AT_HOME,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def serve(assistant: Assistant, line: socket.socket, say: Callable[[str], None]) -> int:
    """Serve the page on a socket that is bound, until a signal ends that; which one it was."""
    # Gradio looks for it, all along the path, twice for each thing an event shows. Nothing here draws anything.
    sys.modules.setdefault("matplotlib", None)  # type: ignore[arg-type]
    host, port = line.getsockname()[:2]
    config = configured(application(assistant))
    named = f"[{host}]" if ":" in host else host
    say(f"the page is at http://{named}:{port} (Ctrl-C ends it)")
    over = threading.Event()
    threading.Thread(target=_forget_old, args=(assistant, over), name="forgetting", daemon=True).start()
    try:
        server = Server(config, assistant, say)
        server.run(sockets=[line])
    finally:
        over.set()
    return server.told


def _forget_old(assistant: Assistant, over: threading.Event) -> None:
    """Delete conversations every hour that are older than they are kept."""
    while not over.wait(_HOUR):
        with suppress(AssistantError):  # told where somebody opens one
            assistant.forget_old()


def configured(app: ASGIApp) -> uvicorn.Config:
    """How uvicorn serves the page. A proxy on this machine says who asks it, and whether by https; nobody else does."""
    return uvicorn.Config(
        app,
        log_level="warning",
        timeout_graceful_shutdown=3,  # after the last answer, or when that was waited for long enough
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
    )


def application(assistant: Assistant, users: Users | None = None) -> FastAPI:
    """The web application: the chat at `/`, pages and API beside it. `users` are those of `state_dir` by default.

    request → from here? (`_AtHome`) → signed in? (`Door`) → of Gradio what the page needs (`Gate`) → page or route
    """
    settings, figures, backups = assistant.settings, Figures(), Backups()
    visitors = Visitors(assistant.watched_by(figures.watched))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=threads_for(settings))
    app.add_middleware(Gate)  # the last one that is added is the first one that a request meets
    if settings.sign_in:
        app.add_middleware(Door, users=users or Users(settings.state_dir), hours=settings.session_hours)
    app.add_middleware(_AtHome, names=_names(settings))
    app.add_middleware(Counting, figures=figures)
    calls = (api(visitors), openai_api(visitors), health(assistant, visitors, figures))
    for router in (*calls, routes(visitors, backups)):
        app.include_router(router)
    describe(app, calls)
    add_handlers(app)
    blocks = page(visitors, backups)
    blocks.has_launched = True  # else Gradio does not check which files a request may name: it takes it for a start-up
    script = (HERE / "page.js").read_text(encoding="utf-8")
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=LOOKS,
        css=(HERE / "page.css").read_text(encoding="utf-8"),
        head=f"<script>{script}</script>",
        footer_links=[],
        run_history=False,
        mcp_server=False,
        ssr_mode=False,
        show_error=False,
        max_file_size=settings.max_file_bytes,
        enable_monitoring=False,
    )
    return app


class _AtHome:
    """Refuses what other sites send, and adds headers to every answer that has none of its own.

    A browser that shows another site can be made to send requests here, also under a name of that site which leads to
    this machine (DNS rebinding): who reads a web page would have the corpus changed. What streams goes on streaming.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] in {"http", "websocket"} and (reason := refused(Headers(scope=scope), self._names)):
            await PlainTextResponse(reason, 403)(scope, receive, with_headers)  # it names what was sent
            return
        await self._app(scope, receive, with_headers)


def refused(headers: Headers, names: frozenset[str]) -> str:
    """Why a request is not answered, in words; empty for one that is. `names` are those of the page, besides IPs."""
    host, origin = headers.get("host", ""), headers.get("origin")
    try:
        name = urlsplit(f"//{host}").hostname or ""
        from_here = origin is None or urlsplit(origin).netloc == host
    except ValueError:
        return "no web browser sends this"
    if not (name in names or "*" in names or _is_address(name)):
        return f"this page is not reached as {name!r}; add the name to the setting allowed_hosts"
    if not from_here:
        return f"a page of {origin} may not use this one"
    return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _names(settings: Settings) -> frozenset[str]:
    """The names under which the page may be reached, besides its addresses; "*" stands for any."""
    given = {name.strip().lower() for name in settings.allowed_hosts.split(",")}
    return frozenset(filter(None, {*given, settings.host.lower(), "localhost"}))
