"""The owner seen from another process: called like an engine."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Generator, Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ..access import Scope
from ..documents.sync_engine import LOCAL
from ..errors import OwnerError, ShuttingDown, by_name
from ..language_models.stopping import LOOK_EVERY, Stop, Stopped, never
from ..questions.conversation import Turn
from ..records import (
    Answer,
    Document,
    Event,
    Filters,
    Finding,
    Machine,
    OnProgress,
    Overview,
    Passage,
    Progress,
    Record,
    Removed,
    SyncReport,
    Verification,
)
from ..settings import Settings
from . import prepared, wire
from .leaving import CUT_OFF, REFUSED
from .owner_process import connected, ended, reach

_TRIES = 3


class _OwnerGone(Exception):
    """The owner ended, or ends, before the call did."""


class RemoteEngine:
    """The engine of a data folder, in the owner process. Safe to call from several threads.

    Connections are kept and used again. When the owner has gone, the next call starts another; a call
    under way when it went is made again, unless part of an answer was already shown.
    """

    def __init__(self, settings: Settings, progress: OnProgress = lambda _: None) -> None:
        """Reach the owner, so that a folder that cannot be used is an error here and not later."""
        self._asked, self._settings = settings, prepared.usable(settings, progress)
        self._free: list[Connection] = []
        self._turn = threading.Lock()
        self._process = os.getpid()
        self._leaving = False
        self._free.append(reach(self._settings))

    def sync(
        self, progress: OnProgress, *, again: bool = True, engine: str = LOCAL, scope: Scope | None = None
    ) -> SyncReport:
        """See Engine.sync."""
        given = {"again": again, "engine": engine, "scope": scope}
        return SyncReport.from_dict(self._call("sync", given, progress))

    def add(self, path: Path, progress: OnProgress, collection: str = "", scope: Scope | None = None) -> SyncReport:
        """See Engine.add."""
        arguments = {"path": str(path), "collection": collection, "scope": scope}
        return SyncReport.from_dict(self._call("add", arguments, progress))

    def add_document(
        self, document: Document, progress: OnProgress, collection: str = "", scope: Scope | None = None
    ) -> SyncReport:
        """See Engine.add_document."""
        arguments = {"document": document, "collection": collection, "scope": scope}
        return SyncReport.from_dict(self._call("add_document", arguments, progress))

    def add_page(self, url: str, progress: OnProgress, collection: str = "", scope: Scope | None = None) -> SyncReport:
        """See Engine.add_page."""
        arguments = {"url": url, "collection": collection, "scope": scope}
        return SyncReport.from_dict(self._call("add_page", arguments, progress))

    def remove(self, document_id: str, progress: OnProgress, scope: Scope | None = None) -> SyncReport:
        """See Engine.remove."""
        return SyncReport.from_dict(self._call("remove", {"document_id": document_id, "scope": scope}, progress))

    def erase(self, document_id: str, progress: OnProgress) -> SyncReport:
        """See Engine.erase."""
        return SyncReport.from_dict(self._call("erase", {"document_id": document_id}, progress))

    def restore(self, document_id: str, progress: OnProgress, scope: Scope | None = None) -> SyncReport:
        """See Engine.restore."""
        return SyncReport.from_dict(self._call("restore", {"document_id": document_id, "scope": scope}, progress))

    def removed(self, progress: OnProgress, scope: Scope | None = None) -> list[Removed]:
        """See Engine.removed."""
        return [Removed.from_dict(plain) for plain in self._call("removed", {"scope": scope}, progress)]

    def amend(
        self, document_id: str, values: dict[str, Any], progress: OnProgress, scope: Scope | None = None
    ) -> SyncReport:
        """See Engine.amend."""
        plain = {key: str(value) if value is not None else None for key, value in values.items()}
        arguments = {"document_id": document_id, "values": plain, "scope": scope}
        return SyncReport.from_dict(self._call("amend", arguments, progress))

    def backup(self, file: Path, progress: OnProgress) -> int:
        """See Engine.backup."""
        return int(self._call("backup", {"file": str(file)}, progress))

    def machines(self, progress: OnProgress) -> list[Machine]:
        """See Engine.machines."""
        return [Machine.from_dict(plain) for plain in self._call("machines", {}, progress)]

    def forget_machine(self, name: str, progress: OnProgress) -> SyncReport:
        """See Engine.forget_machine."""
        return SyncReport.from_dict(self._call("forget_machine", {"name": name}, progress))

    def restore_backup(self, file: Path, progress: OnProgress) -> SyncReport:
        """See Engine.restore_backup."""
        return SyncReport.from_dict(self._call("restore_backup", {"file": str(file)}, progress))

    def check(self, *, repair: bool, progress: OnProgress) -> list[Finding]:
        """See Engine.check."""
        return [Finding.from_dict(plain) for plain in self._call("check", {"repair": repair}, progress)]

    def documents(
        self, progress: OnProgress, filters: Filters | None = None, scope: Scope | None = None
    ) -> list[Document]:
        """See Engine.documents."""
        arguments = {"filters": filters or None, "scope": scope}
        return [Document.from_dict(plain) for plain in self._call("documents", arguments, progress)]

    def overview(self, progress: OnProgress, scope: Scope | None = None) -> Overview:
        """See Engine.overview."""
        return Overview.from_dict(self._call("overview", {"scope": scope}, progress))

    def failures(self, progress: OnProgress, scope: Scope | None = None) -> dict[str, str]:
        """See Engine.failures."""
        failures: dict[str, str] = self._call("failures", {"scope": scope}, progress)
        return failures

    def document(self, document_id: str, progress: OnProgress, scope: Scope | None = None) -> Document:
        """See Engine.document."""
        return Document.from_dict(self._call("document", {"document_id": document_id, "scope": scope}, progress))

    def withheld(self, document_ids: Sequence[str], progress: OnProgress, scope: Scope | None = None) -> list[str]:
        """See Engine.withheld."""
        arguments = {"document_ids": list(document_ids), "scope": scope}
        return [str(document_id) for document_id in self._call("withheld", arguments, progress)]

    def search(
        self,
        question: str,
        k: int,
        filters: Filters | None,
        turns: Sequence[Turn],
        progress: OnProgress,
        scope: Scope | None = None,
    ) -> list[Passage]:
        """See Engine.search."""
        arguments = {
            "question": question,
            "k": k,
            "filters": filters or None,
            "turns": [turn.to_dict() for turn in turns],
            "scope": scope,
        }
        return [Passage.from_dict(plain) for plain in self._call("search", arguments, progress)]

    def stream(
        self,
        question: str,
        filters: Filters | None,
        settings: Settings | None,
        turns: Sequence[Turn],
        progress: OnProgress,
        stop: Stop,
        scope: Scope | None = None,
    ) -> Generator[Event]:
        """See Engine.stream. It hangs up when it is closed and when `stop` says so."""
        arguments = {
            "question": question,
            "filters": filters or None,
            "settings": (settings or self._settings).model_dump(mode="json"),
            "turns": [turn.to_dict() for turn in turns],
            "scope": scope,
        }
        with contextlib.suppress(Stopped):
            for message in self._messages("stream", arguments, progress, stop):
                if "event" in message:
                    yield wire.event_of(message)

    def suggest(
        self,
        k: int,
        answer: Answer | None,
        filters: Filters | None,
        settings: Settings | None,
        progress: OnProgress,
        scope: Scope | None = None,
    ) -> list[str]:
        """See Engine.suggest."""
        arguments = {
            "k": k,
            "answer": answer,
            "filters": filters or None,
            "settings": (settings or self._settings).model_dump(mode="json"),
            "scope": scope,
        }
        return [str(question) for question in self._call("suggest", arguments, progress)]

    def verify(self, said: str, progress: OnProgress, scope: Scope | None = None) -> Verification:
        """See Engine.verify."""
        return Verification.from_dict(self._call("verify", {"said": said, "scope": scope}, progress))

    def prepare(self, settings: Settings | None, progress: OnProgress) -> None:
        """See Engine.prepare."""
        self._call("prepare", {"settings": (settings or self._settings).model_dump(mode="json")}, progress)

    def leave(self) -> None:
        """Start no owner any more, as this program is about to end. Takes no lock."""
        self._leaving = True

    def close(self) -> None:
        """Hang up. The owner goes on for others, and ends by itself when there are none."""
        with self._turn:
            while self._free:
                self._free.pop().close()

    def _call(self, name: str, arguments: dict[str, Any], progress: OnProgress) -> Any:
        *_, last = self._messages(name, arguments, progress)
        return last["result"]

    def _messages(
        self, name: str, arguments: dict[str, Any], progress: OnProgress, stop: Stop = never
    ) -> Iterator[dict[str, Any]]:
        """What comes back of a call, less its progress, ending with its result. Raises what the engine raised.

        A call that an owner did not live to end is made again. What was shown of an answer is not shown twice; where
        the new answer does not begin with it, that is an error.
        """
        shown: list[dict[str, Any]] = []
        for tries_left in reversed(range(_TRIES)):
            again = iter(list(shown))
            try:
                with contextlib.closing(self._once(name, arguments, stop)) as messages:
                    for message in messages:
                        if "progress" in message:
                            progress(Progress.from_dict(message["progress"]))
                        elif message.get("event") == "Waiting":
                            yield message
                        elif (before := next(again, None)) is None:
                            shown.append(message)
                            yield message
                        elif message != before:
                            raise OwnerError(ended(self._settings, "ended during an answer; ask again"))
            except _OwnerGone:
                self.close()  # the others go to the same owner, and each would cost a try
                self._give_up(tries_left, shown)
            else:
                return

    def _give_up(self, tries_left: int, shown: Sequence[Any]) -> None:
        """Raise where a call is not made again, whose owner has gone."""
        if self._leaving:
            raise ShuttingDown(CUT_OFF if shown else REFUSED) from None
        if not tries_left:
            raise OwnerError(ended(self._settings, "ended during a call")) from None

    def _once(self, name: str, arguments: dict[str, Any], stop: Stop) -> Generator[dict[str, Any]]:
        """One try at a call. The connection is kept when the call came to its end, and hung up otherwise."""
        connection = self._take()
        is_over = False
        try:
            with _gone_in_words():
                wire.send(connection, {"call": name, "arguments": {k: _plain(v) for k, v in arguments.items()}})
            while not is_over:
                with _gone_in_words():
                    while stop is not never and not connection.poll(LOOK_EVERY):
                        if stop():
                            raise Stopped
                    message = wire.receive(connection)
                if message == wire.RETIRED:
                    raise _OwnerGone
                is_over = "result" in message or "error" in message
                if "error" in message:
                    raise by_name(message["error"])(message["message"])
                yield message
        finally:
            if is_over:
                self._give_back(connection)
            else:
                connection.close()

    def _take(self) -> Connection:
        with self._turn:
            if self._process != os.getpid():  # a fork: the connections are those of the process it came from
                self._free, self._process = [], os.getpid()
            if self._free:
                return self._free.pop()
        if self._leaving:
            if connection := connected(self._settings):
                return connection
            raise ShuttingDown(REFUSED)
        self._settings = prepared.usable(self._asked, lambda _: None)  # a prepared index may be another one by now
        return reach(self._settings)

    def _give_back(self, connection: Connection) -> None:
        with self._turn:
            self._free.append(connection)


def _plain(value: Any) -> Any:
    return Record.to_dict(value) if isinstance(value, Record) else value


@contextlib.contextmanager
def _gone_in_words() -> Iterator[None]:
    """What the connection raises, apart from what callers' own code does."""
    try:
        yield
    except (EOFError, OSError):
        raise _OwnerGone from None
