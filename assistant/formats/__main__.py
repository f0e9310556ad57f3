"""The process in which files are parsed: `python -m assistant.formats`, started by `parsing`.

It reads requests on standard input and writes replies on standard output until its input ends. A hostile file may make
it slow, large or crash, which costs that file only. Python code in it is kept from writing files, starting programs and
reaching the network; it is no sandbox for what breaks out of a library of C.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ..child_process import receive, send
from ..errors import DocumentError
from . import Limits
from .loading import RawFile, parse

_GRACE = 1.0
_FORBIDDEN = (
    *("socket.", "subprocess.", "shutil.", "urllib."),
    *("os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.fork", "os.startfile", "os.kill", "os.killpg"),
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown"),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _reply(head: dict[str, Any], parts: list[bytes]) -> dict[str, Any]:
    try:
        data, *amendments = parts
        document = asdict(parse(RawFile(head["name"], data, b"".join(amendments)), Limits(**head["limits"])))
    except DocumentError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "it needs more memory than a file may take; split it"}
    except RecursionError:
        return {"error": "it is nested too deeply"}
    except Exception as error:  # noqa: BLE001 - a library's bug met by one file: the others must not suffer
        return {
            "error": f"it cannot be read as {head['name'].rpartition('.')[2]} ({type(error).__name__}: {error})"[:300]
        }
    published = document["published"]
    return {"document": {**document, "published": published and published.isoformat()}}


def _confine(memory: int) -> None:
    """Bound the memory, and forbid what no parser needs."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on Windows; a lower limit may stand already
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
        if writes or event.startswith(_FORBIDDEN):
            raise PermissionError(f"a parser may not do this: {event}")

    sys.addaudithook(watch)


@contextlib.contextmanager
def _ending_after(seconds: float) -> Iterator[None]:
    """Whoever asked ends this process when it is late; when they have gone, the system does, whatever code runs."""
    if hasattr(signal, "setitimer"):  # not on Windows
        signal.setitimer(signal.ITIMER_REAL, seconds)
    yield
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)


def main() -> None:
    """Answer requests until there are no more."""
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    sys.dont_write_bytecode = True
    _confine(int(sys.argv[1]))
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            head, parts = receive(requests)
            with _ending_after(head["seconds"] + _GRACE):
                reply = _reply(head, parts)
            send(replies, reply)


if __name__ == "__main__":
    main()
