"""The owner process from outside: found, started where there is none or another is wanted, and told to end."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection
from typing import IO, cast

from filelock import FileLock, Timeout

from ..child_process import search_path
from ..errors import IndexFailure, OwnerError, by_name
from ..settings import Settings
from ..storage.private import open_private
from . import prepared, wire

_START_WITHIN = 90.0
_CLOSE_WITHIN = 15.0
_ARENAS = "2"
"""Of glibc's memory in the owner: with one for each client's thread, what many have freed is kept many times over."""
owner_module = "assistant.service.owner"
"""What is run as the owner; tests name one on fakes."""


def stop(settings: Settings) -> str:
    """Ask the owner of the settings' data folder to end, and wait for that.

    Returns "stopped", or "stopping" where it still changes the corpus after `stop_seconds`; "" where there is none.
    """
    address = wire.Address.read(prepared.usable(settings, lambda _: None).data_dir)
    connection = address and _connect(address)
    if not connection:
        return ""
    with contextlib.closing(connection), contextlib.suppress(EOFError, OSError):
        wire.send(connection, wire.RETIRE)
        wire.receive(connection)
        if not connection.poll(settings.stop_seconds + _CLOSE_WITHIN):  # what comes next is that it has gone
            return "stopping"
    return "stopped"


def reach(settings: Settings) -> Connection:
    """A connection to the owner, which is started, or replaced when it runs other code or settings."""
    connection = connected(settings)
    if connection:
        return connection
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(settings.data_dir / "starting.lock", timeout=_START_WITHIN):
            return connected(settings) or _start(settings)
    except Timeout:
        raise OwnerError(ended(settings, "is being started by another process and does not answer")) from None
    except OSError as error:
        raise IndexFailure(
            f"the data folder {settings.data_dir} cannot be written ({error.strerror}); "
            "check its permissions or set data_dir"
        ) from None


def connected(settings: Settings) -> Connection | None:
    """A connection to the owner that is there, if it runs this code and these settings; another one is told to end.

    Raises OwnerError where that one is in use.
    """
    address = wire.Address.read(settings.data_dir)
    connection = address and _connect(address)
    if not address or not connection:
        return None
    other = wire.differing(address.held, wire.held(settings))
    if address.build == wire.build() and not other:
        return connection
    if address.build == wire.build() and _in_use(connection):
        raise OwnerError(
            f"{settings.data_dir} is in use with other settings ({other}); use the same ones, or another data_dir"
        )
    _retire(connection)
    return None


def _connect(address: wire.Address) -> Connection | None:
    try:
        connection = Client(("127.0.0.1", address.port))
    except OSError:
        return None
    overdue = threading.Timer(wire.PROVE_WITHIN, wire.hang_up, [connection])
    overdue.start()
    try:
        wire.prove(connection, address.key.encode(), first=False)
    except (AuthenticationError, EOFError, OSError):  # another program has the port by now
        connection.close()
        return None
    finally:
        overdue.cancel()
    return connection


def _in_use(connection: Connection) -> bool:
    """Whether others than this connection need the owner."""
    try:
        wire.send(connection, wire.IN_USE)
        return bool(wire.receive(connection).get("result"))
    except (EOFError, OSError):
        return False


def _retire(connection: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        wire.send(connection, wire.RETIRE)
        wire.receive(connection)
    connection.close()


def _start(settings: Settings) -> Connection:
    with open_private(settings.data_dir / wire.LOG) as log:
        process = subprocess.Popen(
            [sys.executable, "-m", owner_module],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=settings.data_dir,
            env={"MALLOC_ARENA_MAX": _ARENAS, **os.environ, "PYTHONPATH": search_path()},
        )
    with contextlib.suppress(BrokenPipeError), cast("IO[bytes]", process.stdin) as stdin:
        stdin.write(json.dumps(settings.model_dump(mode="json")).encode())
    deadline = time.monotonic() + _START_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        address = wire.Address.read(settings.data_dir)
        connection = _connect(address) if address and address.process == process.pid else None
        if connection:
            return connection
        time.sleep(0.02)
    process.terminate()
    raise _why(settings)


def _why(settings: Settings) -> Exception:
    """The error that the owner's log ends with."""
    lines = (settings.data_dir / wire.LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    kind, _, message = (lines[-1] if lines else "").partition(": ")
    known = by_name(kind)
    return known(message) if known.__name__ == kind else OwnerError(ended(settings, "could not be started"))


def ended(settings: Settings, how: str) -> str:
    """What a caller is told when the owner did not live to do it."""
    return f"the process that holds {settings.data_dir} {how}; its log is {settings.data_dir / wire.LOG}"
