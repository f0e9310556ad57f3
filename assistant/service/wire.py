"""How a client and the owner process talk: JSON messages over a loopback connection, a shared key proving both.

A call is one message `{"call": name, "arguments": {…}}`. What comes back is any number of
`{"progress": …}` and `{"event": …}`, then one `{"result": …}` or `{"error": …}`. The key never
crosses the wire: each side proves it by HMAC (multiprocessing.connection). Nothing is unpickled.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge
from pathlib import Path
from typing import Any

from .. import records
from ..errors import IndexFailure
from ..redaction import without_credentials
from ..settings import FILE_LIMITS, Settings
from ..storage.private import open_private

IN_USE: dict[str, Any] = {"call": "in_use", "arguments": {}}
"""Asks whether anybody else is connected."""
RETIRE: dict[str, Any] = {"call": "retire", "arguments": {}}
RETIRED = {"error": "Retired", "message": "this owner takes no further call"}
ADDRESS_FILE = "owner.json"
LOCK = "owner.lock"
"""Held by the owner of the folder it lies in."""
LOG = "owner.log"
PROVE_WITHIN = 5.0
"""Seconds that either side waits for the other to show that it holds the key."""
_HELD_SETTINGS = (
    "corpus_dir",
    "data_dir",
    "state_dir",
    "cache_dir",
    "embedding_model",
    "reranker_model",
    "collections",
    "chroma_url",
    "offline",
    "read_only",
    "fetch_urls",
    "fetch_private",
    "fetch_seconds",
    *FILE_LIMITS,
    "llm_at_once",
    "max_waiting",
    "log",
    "log_file",
    "log_text",
    "otel",
    "langsmith",
)
_EVENTS = {kind.__name__: kind for kind in (records.Retrieved, records.Waiting, records.Text, records.Done)}


@dataclass(frozen=True, slots=True)
class Address:
    """Where the owner of a data folder listens, and what it was made of."""

    port: int
    key: str = field(repr=False)
    process: int
    build: str
    held: dict[str, str]

    def write(self, data_dir: Path) -> None:
        """Put it where clients look, readable by this user alone."""
        target = data_dir / ADDRESS_FILE
        beside = target.with_suffix(f".{os.getpid()}")
        with open_private(beside) as file:
            file.write(json.dumps({name: getattr(self, name) for name in self.__slots__}).encode())
        beside.replace(target)

    @classmethod
    def read(cls, data_dir: Path) -> Address | None:
        """The address that stands there; None where there is none that can be read."""
        try:
            return cls(**json.loads((data_dir / ADDRESS_FILE).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except PermissionError:
            raise IndexFailure(f"{data_dir} belongs to another user; set data_dir to a folder of your own") from None
        except (OSError, ValueError, TypeError):
            return None


def held(settings: Settings) -> dict[str, str]:
    """The settings that an owner is bound to for its life."""
    return {name: without_credentials(str(getattr(settings, name))) for name in _HELD_SETTINGS}


def differing(theirs: dict[str, str], ours: dict[str, str]) -> str:
    """Which settings differ, in words; nothing when none does."""
    names = [name for name in ours if theirs.get(name) != ours[name]]
    return ", ".join(f"{name} is {theirs.get(name)} there, {ours[name]} here" for name in names)


def build() -> str:
    """The code that runs, as one word: an owner that runs other code is replaced."""
    here = Path(__file__).parent.parent
    stats = [(str(path), path.stat().st_mtime_ns) for path in sorted(here.rglob("*.py"))]
    return _digest(json.dumps(stats))


def prove(connection: Connection, key: bytes, *, first: bool) -> None:
    """Both sides show that they hold the key; AuthenticationError or EOFError when one does not."""
    with socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else a reply of two packets waits 40 ms
    steps = (deliver_challenge, answer_challenge) if first else (answer_challenge, deliver_challenge)
    for step in steps:
        step(connection, key)


def hang_up(connection: Connection) -> None:
    """End a connection on which another thread may be waiting: closing alone would not wake it."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def send(connection: Connection, message: dict[str, Any]) -> None:
    """Send one message."""
    connection.send_bytes(json.dumps(message).encode())


def receive(connection: Connection) -> dict[str, Any]:
    """Wait for one message. EOFError when the other side has gone."""
    message: dict[str, Any] = json.loads(connection.recv_bytes())
    return message


def event_message(event: records.Event) -> dict[str, Any]:
    """An event of a streamed answer as a message."""
    return {"event": type(event).__name__, "data": event.to_dict()}


def event_of(message: dict[str, Any]) -> records.Event:
    """The event that `event_message` made the message from."""
    event: records.Event = _EVENTS[message["event"]].from_dict(message["data"])
    return event


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
