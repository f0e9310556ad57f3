"""A GGUF file from a model hub, which a server on loopback stands in for."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant.errors import ModelDamaged, ModelError, SettingsError
from assistant.language_models.hub import pull
from assistant.settings import Settings

FILE, REPOSITORY = "tiny-q4.gguf", "somebody/tiny-GGUF"
DATA = b"GGUF" + bytes(range(256)) * 100_000
"""Some pieces of ten million bytes, in which the hub's client writes what has come."""


class Hub:
    """Gives out one file; the first `cut` requests for it end amid it."""

    def __init__(self) -> None:
        self.cut = 0
        self.data = DATA
        self.sent: list[int] = []
        """From which byte on each answer was."""
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self.answer(body=False)

            def do_GET(self) -> None:
                self.answer(body=True)

            def answer(self, *, body: bool) -> None:
                if (
                    self.path != f"/{REPOSITORY}/resolve/main/{FILE}"
                    and "/resolve/" in self.path
                    and FILE not in self.path
                ):
                    self.send_response(404)
                    self.send_header("X-Error-Code", "EntryNotFound")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
                begin = int(found[1]) if found else 0
                self.send_response(206 if found else 200)
                told = {
                    "X-Repo-Commit": "a" * 40,
                    "X-Linked-Etag": f'"{hashlib.sha256(DATA).hexdigest()}"',
                    "ETag": '"x"',
                    "X-Linked-Size": str(len(DATA)),
                    "Content-Length": str(len(DATA) - begin),
                    "Accept-Ranges": "bytes",
                }
                if found:
                    told["Content-Range"] = f"bytes {begin}-{len(DATA) - 1}/{len(DATA)}"
                for name, value in told.items():
                    self.send_header(name, value)
                self.end_headers()
                if not body:
                    return
                hub.sent.append(begin)
                if hub.cut:
                    hub.cut -= 1
                    self.wfile.write(hub.data[begin : begin + (len(DATA) - begin) // 2])
                    self.close_connection = True
                    return
                self.wfile.write(hub.data[begin:])

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    found = Hub()
    monkeypatch.setenv("HF_ENDPOINT", found.address)
    yield found
    found.close()


@pytest.fixture
def online(settings: Settings) -> Settings:
    return settings.model_copy(update={"offline": False})


def test_the_file_is_in_the_cache_whole(hub: Hub, online: Settings):
    path = pull(online, REPOSITORY, FILE, lambda _: None)
    assert path.read_bytes() == DATA
    assert path.is_relative_to(online.cache_dir)


def test_a_pull_that_is_cut_off_goes_on_where_it_was(hub: Hub, online: Settings):
    hub.cut = 1
    try:
        path = pull(online, REPOSITORY, FILE, lambda _: None)
    except ModelError:
        path = pull(online, REPOSITORY, FILE, lambda _: None)
    assert path.read_bytes() == DATA
    assert len(hub.sent) == 2
    assert hub.sent[1] > 0


def test_a_file_that_is_not_what_the_hub_tells_is_deleted(hub: Hub, online: Settings):
    hub.data = DATA[:-1] + b"?"
    with pytest.raises(ModelDamaged, match="run the same command again"):
        pull(online, REPOSITORY, FILE, lambda _: None)
    assert list(online.cache_dir.rglob("*.gguf")) == []


@pytest.mark.parametrize(
    ("repository", "file"), [(REPOSITORY, "other.gguf"), ("no/such/thing", FILE), (REPOSITORY, "x.bin")]
)
def test_what_is_not_there_is_an_error_in_a_line(hub: Hub, online: Settings, repository: str, file: str):
    with pytest.raises(ModelError) as told:
        pull(online, repository, file, lambda _: None)
    assert "\n" not in str(told.value)


def test_a_hub_that_cannot_be_reached_is_an_error_in_a_line(online: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match=f"cannot download {FILE} of {REPOSITORY}: "):
        pull(online, REPOSITORY, FILE, lambda _: None)


def test_nothing_is_asked_for_while_offline(hub: Hub, settings: Settings):
    with pytest.raises(SettingsError, match="offline is set"):
        pull(settings, REPOSITORY, FILE, lambda _: None)
    assert hub.sent == []
