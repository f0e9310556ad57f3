"""The server of the page: the chat at `/`, its pages beside it, and headers that keep the browser at home."""

from __future__ import annotations

import socket
from collections.abc import Callable

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..api import Assistant
from .page import LOOKS, page
from .parts import HERE
from .routes import routes

_AT_HOME = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; frame-ancestors 'self'; form-action 'self';"
    " base-uri 'self'; object-src 'none'"
)
"""Gradio builds its page with inline scripts and evaluates templates; nothing may be fetched from, or sent to,
another host, whatever an article or an answer says."""
_HEADERS = {
    "Content-Security-Policy": _AT_HOME,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def serve(assistant: Assistant, line: socket.socket, say: Callable[[str], None]) -> None:
    """Serve the page on a socket that is bound, until interrupted."""
    host, port = line.getsockname()[:2]
    config = uvicorn.Config(application(assistant), log_level="warning", timeout_graceful_shutdown=3)
    say(f"the page is at http://{host}:{port} (Ctrl-C ends it)")
    uvicorn.Server(config).run(sockets=[line])


def application(assistant: Assistant) -> FastAPI:
    """The web application: the chat at `/`, articles and exports below it."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(_AtHome)
    app.include_router(routes(assistant))
    blocks = page(assistant)
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
        max_file_size=assistant.settings.max_file_bytes,
        enable_monitoring=False,
    )
    return app


class _AtHome:
    """Adds the headers to every answer that has none of its own; what streams goes on streaming."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)
