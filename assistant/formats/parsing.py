"""Parsing in a process of its own, so that a hostile file costs its own result and nothing else.

file's bytes → child (`python -m assistant.formats`): time, memory and what it may touch are bounded → `Document`
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import asdict, replace
from datetime import date
from typing import IO, Any, cast

from ..child_process import receive, search_path, send
from ..errors import DocumentError
from ..records import Document
from ..settings import Settings
from . import Limits
from .loading import RawFile

_MEMORY = 2_000_000_000
"""Bytes of address space that the child may take."""
_DOCUMENTS_EACH = 1_000
"""A child is replaced after so many documents: parsers of C libraries may leak."""
_KEPT_ENVIRONMENT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL", "VIRTUAL_ENV")
"""Keys and passwords stay out of the process that reads strangers' files."""


class ParsingFailed(DocumentError):
    """The file may be readable another time: its parsing took too long or broke down."""


class Parser:
    """Starts the child when it is first needed. Safe to call from several threads: files take turns."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._parsed = 0

    def parse(self, raw: RawFile, settings: Settings) -> Document:
        """The document a file holds, without an id. Raises DocumentError with the reason in words."""
        head = {"name": raw.name, "limits": asdict(Limits.of(settings)), "seconds": settings.max_parse_seconds}
        with self._turn:
            reply = self._ask(head, raw, settings.max_parse_seconds)
        if "error" in reply:
            raise DocumentError(reply["error"])
        try:
            plain: dict[str, Any] = reply["document"]
            return replace(Document(**plain), published=_day(plain["published"]))
        except (KeyError, TypeError, ValueError):
            raise ParsingFailed("its parser gave an answer that makes no sense; the file is made to do this") from None

    def close(self) -> None:
        """End the child."""
        with self._turn:
            self._end()

    def _ask(self, head: dict[str, Any], raw: RawFile, seconds: float) -> dict[str, Any]:
        process = self._running()
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        overdue = threading.Timer(seconds, end)
        overdue.start()
        try:
            send(cast("IO[bytes]", process.stdin), head, raw.data, raw.amendments)
            reply = self._reply()
        except (EOFError, OSError, ValueError, OverflowError, MemoryError):
            process.kill()
            code = process.wait()
            self._end()
            raise ParsingFailed(_why(late.is_set(), seconds, code)) from None
        except BaseException:  # such as Ctrl-C: its reply would be taken for that of the next file
            self._end()
            raise
        finally:
            overdue.cancel()
        self._parsed += 1
        if late.is_set():  # it answered at the last moment, and was ended nevertheless
            self._end()
        return reply

    def _reply(self) -> dict[str, Any]:
        head, _ = receive(cast("IO[bytes]", self._process and self._process.stdout))
        return head

    def _running(self) -> subprocess.Popen[bytes]:
        if self._parsed >= _DOCUMENTS_EACH:
            self._end()
        if self._process is None or self._process.poll() is not None:
            self._end()
            kept = {key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ}
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "assistant.formats", str(_MEMORY)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**kept, "PYTHONPATH": search_path(), "OPENBLAS_NUM_THREADS": "1"},
                start_new_session=True,
            )
        return self._process

    def _end(self) -> None:
        if self._process:
            self._process.kill()
            for stream in (self._process.stdin, self._process.stdout):
                try:
                    cast("IO[bytes]", stream).close()
                except OSError:  # bytes that it never took
                    continue
            self._process.wait()
        self._process, self._parsed = None, 0


def _why(late: bool, seconds: float, code: int) -> str:
    if late:
        return f"it takes longer than {seconds:g} seconds to read; split it or raise max_parse_seconds"
    return f"its parser broke down (exit code {code}); the file is damaged or too large: save it anew, or split it"


def _day(published: str | None) -> date | None:
    return date.fromisoformat(published) if published else None
