"""The log for who runs it: a line of JSON for each question, with figures, and with words only on request."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

from ..errors import SettingsError
from ..redaction import redacted
from ..settings import Settings
from ..storage.private import opener
from .observing import Account, Observer

_DIGITS = 4


class QuestionLog(Observer):
    """An observer that writes a line for each question: to a file, or to standard error, which is `owner.log`."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError where the file cannot be written."""
        self._text = settings.log_text
        self._handler = _File(settings.log_file) if settings.log_file else _StandardError()

    def ended(self, account: Account) -> None:
        """Write the line. A log that cannot be written costs no answer."""
        line = json.dumps(told(account, text=self._text), ensure_ascii=False)
        self._handler.handle(logging.LogRecord("questions", logging.INFO, "", 0, line, None, None))

    def close(self) -> None:
        """Let go of the file."""
        with suppress(OSError):  # what it could not write it has said already
            self._handler.close()


def told(account: Account, *, text: bool) -> dict[str, Any]:
    """What the log tells of a question; its words, and those of the answer, only with `text`."""
    answer, steps = account.answer, account.steps
    seconds = {name: step.seconds for name, step in steps.taken.items()}
    if account.first_token:
        seconds["first_token"] = steps.seconds(account.first_token)
    seconds["total"] = steps.seconds(account.ended)
    line: dict[str, Any] = {
        "time": datetime.fromtimestamp(steps.began / 1e9, UTC).isoformat(timespec="milliseconds"),
        "event": "question",
        "id": account.question_id,
        "outcome": account.outcome,
        "model": redacted(account.model),
        "passages": account.passages,
        "citations": len(answer.citations) if answer else 0,
        "tokens": answer.usage if answer else {},
        "seconds": {name: round(value, _DIGITS) for name, value in seconds.items()},
    }
    if account.error:
        line["error"] = account.error
    if text:
        line |= {"question": redacted(account.question), "answer": redacted(answer.text) if answer else ""}
    return line


class _Quiet(logging.Handler):
    """Says in one line, once, that the log cannot be written, where logging's own way is a traceback for each."""

    _said = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - what logging calls it
        if not self._said:
            self._said = True
            sys.stderr.write(f"the log of questions cannot be written ({sys.exc_info()[1]}); check the free disk\n")


class _StandardError(_Quiet, logging.StreamHandler[Any]):
    """Writes to what standard error is at the time."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


class _File(_Quiet, WatchedFileHandler):
    """Appends to a file that only this user can read. One that is moved away, as logrotate does, is begun anew."""

    def __init__(self, path: Path) -> None:
        try:
            super().__init__(path, encoding="utf-8")
        except OSError as error:
            raise SettingsError(
                f"log_file = {path} cannot be written ({error.strerror}); set another one, or leave it out"
            ) from None

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", opener=opener)
