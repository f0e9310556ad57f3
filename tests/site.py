"""A web site on loopback, which answers each path as it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"<p>The port of Marrow was sold.</p>"
Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A server on loopback that answers each path as it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.closed = threading.Event()
        """For answers that are to take longer than anybody waits for them."""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
                with suppress(OSError):  # where the caller has hung up
                    site.answers[self.path](self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def serve(self, path: str, data: bytes = PAGE, status: int = 200, **headers: str) -> str:
        """Answer so at `path`, with headers such as content_type; the address of it."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            named = {key.replace("_", "-"): value for key, value in headers.items()}
            for key, value in ({"content-length": str(len(data))} | named).items():
                handler.send_header(key, value)
            handler.end_headers()
            handler.wfile.write(data)

        return self.do(path, answer)

    def redirect(self, path: str, to: str, status: int = 302, **headers: str) -> str:
        return self.serve(path, b"", status, location=to, **headers)

    def do(self, path: str, answer: Answer) -> str:
        self.answers[path] = answer
        return f"http://127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()
