"""Following the corpus folder: a sync whenever it changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ..api import Assistant
from ..errors import CorpusError
from ..records import SyncReport

_LOOK_EVERY = 5.0
"""Seconds: a change that the system told nobody of, as on a network drive, is found by looking."""


def follow(
    assistant: Assistant, before: SyncReport, say: Callable[[str], None], look_every: float = _LOOK_EVERY
) -> Iterator[SyncReport]:
    """A report for each sync after `before` that did something, until Ctrl-C.

    A folder that is away for a while, or cannot be written to, is waited for; what is wrong is said once.
    """
    failed, said = before.failed, ""
    for _ in _changes(assistant.settings.corpus_dir, look_every):
        try:
            report = assistant.sync(again=False)
        except CorpusError as error:
            if str(error) != said:
                said = str(error)
                say(said)
            continue
        except KeyboardInterrupt:
            return
        if report.added or report.updated or report.removed or report.notes or report.failed != failed:
            yield report
        failed = report.failed


def _changes(folder: Path, look_every: float) -> Iterator[None]:
    """A moment to look: at once, after each change, and every few seconds."""
    from watchfiles import watch

    try:
        while True:
            yield None
            if folder.is_dir():
                for _ in watch(folder, rust_timeout=int(1000 * look_every), yield_on_timeout=True):
                    yield None
                    if not folder.is_dir():
                        break
            else:
                time.sleep(look_every)
    except KeyboardInterrupt:
        return
