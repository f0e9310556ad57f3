"""A check-up of what an answer needs, in words. It changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from .errors import AssistantError
from .records import Record
from .settings import Settings

_FREE_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Finding(Record):
    """One thing looked at: whether it is fine, and what was found."""

    what: str
    fine: bool
    found: str


def examine(settings: Settings) -> list[Finding]:
    """Look at the folders, the model file, the index and the free disk."""
    return [
        _look("corpus folder", lambda: _folder(settings)),
        _look("language model", lambda: _model(settings)),
        _look("index", lambda: _index(settings)),
        _look("free disk", lambda: _disk(settings)),
    ]


def _look(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, fine=True, found=look())
    except AssistantError as error:
        return Finding(what, fine=False, found=str(error))


def _folder(settings: Settings) -> str:
    from .folder import scan

    return f"{len(scan(settings.corpus_dir))} files in {settings.corpus_dir}"


def _model(settings: Settings) -> str:
    from .weights import checked_model_file

    if settings.llm != "embedded":
        return f"llm={settings.llm}"
    return f"{checked_model_file(settings)} is whole"


def _index(settings: Settings) -> str:
    from .api import Assistant

    with Assistant.open(settings) as assistant:
        assistant.sync()
        failures = assistant.failures()
        if failures:
            first = next(iter(failures))
            raise AssistantError(f"{len(failures)} files are no documents, such as {first}: {failures[first]}")
        return f"{len(assistant.documents())} documents in {settings.data_dir}"


def _disk(settings: Settings) -> str:
    free = shutil.disk_usage(settings.data_dir.parent if settings.data_dir.parent.exists() else "/").free
    if free < _FREE_BYTES:
        raise AssistantError(f"{free / 1e6:,.0f} MB free, {_FREE_BYTES / 1e6:,.0f} are needed; make room")
    return f"{free / 1e9:,.1f} GB"
