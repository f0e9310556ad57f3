"""A Chroma server that misbehaves costs a bounded time and one line, and no secret is shown."""

from __future__ import annotations

import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant.errors import IndexFailure
from assistant.indexing.chroma_server import ChromaServer, ServerSilent

PASSWORD = "correct-horse-battery"


class _Refusing(BaseHTTPRequestHandler):
    """Answers as a proxy does that does not know the caller, and repeats what it was told."""

    asked: list[str | None] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append(self.headers["Authorization"])
        self.send_response(401)
        self.end_headers()
        self.wfile.write(f"who is {self.headers['Authorization']}?".encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def refusing() -> Iterator[int]:
    _Refusing.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)
    threading.Thread(target=server.serve_forever).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_server_that_never_answers_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with pytest.raises(ServerSilent, match="no Chroma server answers at") as caught:
            ChromaServer(f"http://bob:{PASSWORD}@127.0.0.1:{silent.getsockname()[1]}", answer_within=0.1)
        assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    ("before", "sent"),
    [
        (f"bob:{PASSWORD}@", f"Basic {b64encode(f'bob:{PASSWORD}'.encode()).decode()}"),
        (f"{PASSWORD}@", f"Bearer {PASSWORD}"),
        ("", None),
    ],
)
def test_credentials_go_to_the_server_and_into_no_message(refusing: int, before: str, sent: str | None):
    with pytest.raises(IndexFailure, match=f"the Chroma server at http://127.0.0.1:{refusing} refuses") as caught:
        ChromaServer(f"http://{before}127.0.0.1:{refusing}")
    assert _Refusing.asked == [sent]
    assert PASSWORD not in str(caught.value)
    assert b64encode(f"bob:{PASSWORD}".encode()).decode() not in str(caught.value)
