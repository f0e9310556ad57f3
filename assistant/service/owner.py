"""The owner process: holds one data folder's index and models, and serves every process of this user.

Started by the first client that needs it (`python -m assistant.service.owner`, settings on standard input).
It listens on loopback only, lets in who holds the key of its address file, and ends when nobody has
been connected for `owner_idle_seconds`, when it is told to retire, or on SIGTERM.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import lru_cache
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Any

from ..access import Scope
from ..errors import AssistantError, ShuttingDown, UsageError
from ..questions.conversation import Turn
from ..records import Answer, Document, Done, Event, Filters, Progress, Record
from ..redaction import Redacting, never_show, redacted
from ..settings import Settings
from . import wire
from .engine import Engine
from .leaving import CUT_OFF

_WAIT_FOR_FORMER_OWNER = 60.0
_BREATH = 0.1
_BACKLOG = 1024
"""Clients that connect at once: one that finds no place among them is let in a second later."""


class _ClientGone(Exception):
    """The connection is of no use any more, which is how every conversation ends."""


class Owner:
    """Serves an engine to its clients, one thread a connection."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._key = secrets.token_hex(32)
        never_show(self._key)
        self._listener = Listener(("127.0.0.1", 0), backlog=_BACKLOG)
        self._state = threading.Condition()
        self._connected = 0
        self._calling = 0
        self._left_at = time.monotonic()
        self._retired = False
        self._overdue = False

    def serve(self) -> None:
        """Serve until idle, retired or told to stop.

        Calls under way are finished first: answers are waited for as long as `stop_seconds` says, and then cut off,
        changes of the corpus for as long as they take.
        """
        port = self._listener.address[1]
        address = wire.Address(port, self._key, os.getpid(), wire.build(), wire.held(self._settings))
        address.write(self._settings.data_dir)
        threading.Thread(target=self._accept, daemon=True).start()
        with self._state:
            while not self._retired and not self._idle():
                self._state.wait(timeout=0.2)
            self._retired = True
            if wire.Address.read(self._settings.data_dir) == address:
                (self._settings.data_dir / wire.ADDRESS_FILE).unlink(missing_ok=True)
            deadline = time.monotonic() + self._settings.stop_seconds
            while self._calling:
                self._overdue = time.monotonic() >= deadline
                self._state.wait(timeout=_BREATH)
        self._listener.close()
        self._engine.close()

    def retire(self) -> None:
        """Take no further call and end when those under way are done."""
        with self._state:
            self._retired = True
            self._state.notify_all()

    def _idle(self) -> bool:
        return not self._connected and time.monotonic() - self._left_at > self._settings.owner_idle_seconds

    def _accept(self) -> None:
        while not self._retired:
            try:
                connection = self._listener.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()
            except (OSError, RuntimeError):  # out of files or threads for the moment, or closed
                time.sleep(_BREATH)

    def _talk(self, connection: Connection) -> None:
        """Serve one client until it goes. One that does not prove the key in time is sent away."""
        overdue = threading.Timer(wire.PROVE_WITHIN, wire.hang_up, [connection])
        overdue.start()
        try:
            wire.prove(connection, self._key.encode(), first=True)
        except (AuthenticationError, EOFError, OSError):
            connection.close()
            return
        finally:
            overdue.cancel()
        with self._state:
            self._connected += 1
        try:
            while True:
                self._answer(connection, wire.receive(connection))
        except (EOFError, OSError, _ClientGone):
            pass
        finally:
            connection.close()
            with self._state:
                self._connected -= 1
                self._left_at = time.monotonic()

    def _answer(self, connection: Connection, message: dict[str, Any]) -> None:
        if message == wire.IN_USE:
            _send(connection, {"result": self._connected > 1})
            return
        if message["call"] == wire.RETIRE["call"]:
            self.retire()
        with self._state:
            if self._retired:
                _send(connection, wire.RETIRED)
                return
            self._calling += 1
        try:
            self._call(connection, message["call"], message["arguments"])
        except AssistantError as error:
            _send(connection, {"error": type(error).__name__, "message": str(error)})
        except _ClientGone:
            raise
        except OSError as error:  # of the disk: those of the connection are _ClientGone
            reason = f"{error.filename or message['call']}: {error.strerror}; check the folder and the free disk"
            _send(connection, {"error": "CorpusError", "message": reason})
        except Exception as error:  # noqa: BLE001 - a bug of ours: the client is told, the log has the traceback
            sys.excepthook(type(error), error, error.__traceback__)
            _send(connection, {"error": "AssistantError", "message": redacted(f"{type(error).__name__}: {error}")})
        finally:
            with self._state:
                self._calling -= 1
                self._state.notify_all()

    def _call(self, connection: Connection, name: str, arguments: dict[str, Any]) -> None:
        def progress(reached: Progress) -> None:
            _send(connection, {"progress": reached.to_dict()})

        if name not in _CALLS:
            raise UsageError(f"the owner knows no call {name!r}; end all assistant processes and try again")
        keywords = {key: _READ.get(key, lambda value: value)(value) for key, value in arguments.items()}
        if name == "stream":
            self._stream(connection, keywords | {"progress": progress})
            result = None
        elif name == "suggest":
            result = self._engine.suggest(progress=progress, stop=connection.poll, **keywords)
        else:
            result = getattr(self._engine, name)(progress=progress, **keywords)
        _send(connection, {"result": _plain(result)})

    def _stream(self, connection: Connection, keywords: dict[str, Any]) -> None:
        def stop() -> bool:
            # A client says nothing while it waits for an answer: what can be read then is that it hung up.
            return self._overdue or connection.poll()

        event: Event | None = None
        with closing(self._engine.stream(stop=stop, **keywords)) as events:
            for event in events:
                _send(connection, wire.event_message(event))
        if self._overdue and not isinstance(event, Done):
            raise ShuttingDown(CUT_OFF)


def _send(connection: Connection, message: dict[str, Any]) -> None:
    try:
        wire.send(connection, message)
    except (EOFError, OSError):
        raise _ClientGone from None


@lru_cache(maxsize=16)
def _settings(plain: str) -> Settings:
    """Settings from their JSON. To make them anew takes longer than many a call, and most clients have the same."""
    return Settings(**json.loads(plain))


_CALLS = frozenset(
    [
        "sync",
        "add",
        "add_document",
        "add_page",
        "remove",
        "erase",
        "restore",
        "removed",
        "amend",
        "backup",
        "restore_backup",
        "machines",
        "forget_machine",
        "check",
        "documents",
        "overview",
        "failures",
        "document",
        "withheld",
        "search",
        "stream",
        "suggest",
        "verify",
        "prepare",
    ]
)
_READ: dict[str, Callable[[Any], Any]] = {
    "path": Path,
    "file": Path,
    "document": Document.from_dict,
    "answer": lambda value: value and Answer.from_dict(value),
    "scope": lambda value: value and Scope.from_dict(value),
    "filters": lambda value: value and Filters.from_dict(value),
    "settings": lambda value: _settings(json.dumps(value)),
    "turns": lambda value: [Turn.from_dict(plain) for plain in value],
}


def _plain(result: Any) -> Any:
    if isinstance(result, Record):
        return result.to_dict()
    return [_plain(item) for item in result] if isinstance(result, list) else result


def main() -> int:
    """Run an owner with the settings that stand on standard input as JSON."""
    settings = Settings(**json.load(sys.stdin))
    owner = Owner(Engine(settings, wait=_WAIT_FOR_FORMER_OWNER), settings)
    signal.signal(signal.SIGTERM, lambda *_: owner.retire())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the client in the terminal
    owner.serve()
    return 0


if __name__ == "__main__":
    sys.stderr = Redacting(sys.stderr)  # owner.log: libraries write there, too, and tracebacks have their errors whole
    try:
        sys.exit(main())
    except AssistantError as error:
        sys.exit(f"{type(error).__name__}: {error}")
