"""Folder to index: the folder is the truth, a sync makes the index say the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from . import folder
from .catalogue import FileRow
from .errors import DocumentError, UnknownDocument, UsageError
from .index import Entry, Index
from .ledger import Ledger
from .loading import AMENDABLE, amendments_path, parse, parse_date, read
from .records import Document, Progress, SyncReport
from .settings import Settings
from .terms import printable

_SETTLED_NS = 2_000_000_000
_LOOK_SHARE = 20
"""Looking for changes may take a twentieth of the time."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a sync found: rows of files as they are now, sources that are gone, and documents to index."""

    rows: dict[str, FileRow]
    gone: set[str]
    parsed: dict[str, Entry]


class Corpus:
    """The documents of a folder, and the index that follows them. Safe to call from several threads."""

    def __init__(self, settings: Settings, index: Index, ledger: Ledger) -> None:
        self._settings = settings
        self._folder = settings.corpus_dir
        self._index = index
        self._catalogue = index.catalogue
        self._ledger = ledger
        self._turn = threading.RLock()
        self._look_again_at = 0.0

    def sync(self, progress: Callable[[Progress], None] = lambda _: None) -> SyncReport:
        """Make the index hold exactly what the folder holds; one bad file never stops the others."""
        with self._turn:
            self._index.begin()
            plan = self._look(progress)
            return self._carry_out(plan, progress)

    def sync_if_changed(self, progress: Callable[[Progress], None] = lambda _: None) -> None:
        """Sync when a file was added, edited or removed since the last look."""
        began = time.monotonic()
        if began < self._look_again_at:
            return
        with self._turn:
            known = self._catalogue.files()
            found = folder.scan(self._folder)
            same = len(known) == len(found) and all(_unchanged(known.get(file.source), file) for file in found)
            if not same or self._catalogue.meta("dirty") != "0":
                self.sync(progress)
            now = time.monotonic()
            self._look_again_at = now + min(1.0, _LOOK_SHARE * (now - began)) if same else 0.0

    def add(self, path: Path, progress: Callable[[Progress], None] = lambda _: None) -> SyncReport:
        """Copy a file, or every file of a folder, into the corpus and sync."""
        files = [path] if path.is_file() else [path / found.source for found in folder.scan(path)]
        with self._turn:
            unread = {str(file): reason for file in files if (reason := self._put(file))}
            report = self.sync(progress)
        return replace(report, failed=unread | report.failed)

    def add_document(self, document: Document, progress: Callable[[Progress], None] = lambda _: None) -> SyncReport:
        """Write a document as Markdown with front matter into the corpus and sync."""
        front: dict[str, Any] = {
            "title": document.title,
            "publisher": document.publisher,
            "author": document.author,
            "published": document.published,
        }
        stated = {key: value for key, value in front.items() if value is not None}
        body = f"---\n{yaml.safe_dump(stated, sort_keys=False, allow_unicode=True)}---\n\n{document.text}\n"
        name = printable(document.title).replace("/", "-").strip(". ") or "document"
        with self._turn:
            folder.put(self._folder, f"{name}.md", body.encode(errors="replace"))
            return self.sync(progress)

    def remove(self, document_id: str, progress: Callable[[Progress], None] = lambda _: None) -> SyncReport:
        """Move a document's files to the trash in `state_dir` and sync. Raises UnknownDocument."""
        with self._turn:
            self.sync(progress)  # so that a copy made since goes too
            document = self._catalogue.document(document_id)
            folder.to_trash(self._folder, document.sources, self._trash)
            return self.sync(progress)

    def restore(self, document_id: str, progress: Callable[[Progress], None] = lambda _: None) -> SyncReport:
        """Undo `remove`. Raises UnknownDocument when the trash holds nothing of that id."""
        with self._turn:
            back = [
                source
                for source in self._ledger.sources(document_id)
                if folder.from_trash(self._folder, source, self._trash)
            ]
            if not back:
                raise UnknownDocument(f"the trash {self._trash} holds no document {document_id!r}")
            return self.sync(progress)

    def amend(self, document_id: str, **values: Any) -> SyncReport:
        """Correct title, publisher, author or date; kept in a file beside the document's own."""
        unknown = sorted(set(values) - set(AMENDABLE))
        if unknown or not values:
            raise UsageError(f"{', '.join(unknown) or 'nothing'} cannot be amended; amend {', '.join(AMENDABLE)}")
        if values.get("published") is not None and not isinstance(values["published"], date):
            values["published"], remark = parse_date(values["published"])
            if remark:
                raise UsageError(remark)
        with self._turn:
            for source in self._catalogue.document(document_id).sources:
                path = self._folder / source
                beside = amendments_path(path)
                earlier = yaml.safe_load(beside.read_bytes()) if beside.is_file() else {}
                data = yaml.safe_dump({**(earlier or {}), **values}, sort_keys=False, allow_unicode=True)
                folder.put_beside(path, data.encode())
            return self.sync()

    def close(self) -> None:
        """Close the ledger."""
        self._ledger.close()

    @property
    def _trash(self) -> Path:
        return self._settings.state_dir / "trash"

    def _put(self, file: Path) -> str:
        """Copy one file into the folder; the reason in words when that fails."""
        try:
            folder.put(self._folder, file.name, read(file, self._settings.max_file_bytes).data)
        except DocumentError as error:
            return str(error)
        return ""

    def _look(self, progress: Callable[[Progress], None]) -> _Plan:
        known = self._catalogue.files()
        indexed = self._catalogue.document_hashes()
        found = folder.scan(self._folder)
        present = {file.source for file in found}
        rows: dict[str, FileRow] = {}
        parsed: dict[str, Entry] = {}
        for position, file in enumerate(found):
            row = known.get(file.source)
            whole = row and (row.failure or indexed.get(row.document_id or "") == row.content_hash)
            if row and whole and _unchanged(row, file):
                rows[file.source] = row
                continue
            progress(Progress("reading", position + 1, len(found)))
            rows[file.source] = self._read(file, present, parsed)
        return _Plan(rows, set(known) - present, parsed)

    def _read(self, file: folder.Found, present: set[str], parsed: dict[str, Entry]) -> FileRow:
        settled = file.mtime_ns < time.time_ns() - _SETTLED_NS
        content_hash, document_id, failure = "", None, None
        try:
            raw = read(self._folder / file.source, self._settings.max_file_bytes)
            content_hash = raw.hash
            document = parse(raw)
            document_id = self._ledger.assign(file.source, content_hash, present)
            _keep(Entry(replace(document, document_id=document_id), content_hash), parsed)
        except DocumentError as error:
            failure = str(error)
        return FileRow(file.source, file.size, file.mtime_ns, settled, content_hash, document_id, failure)

    def _carry_out(self, plan: _Plan, progress: Callable[[Progress], None]) -> SyncReport:
        before = self._catalogue.document_hashes()
        wanted = {row.document_id for row in plan.rows.values() if row.document_id}
        entries = [entry for i, entry in plan.parsed.items() if before.get(i) != entry.content_hash]
        removed = sorted(set(before) - wanted)
        self._index.put(entries, progress)
        self._catalogue.put_files(plan.rows.values())
        self._catalogue.forget_files(plan.gone)
        self._index.drop(removed)
        self._index.finish()
        touched = [entry.document.document_id for entry in entries]
        return SyncReport(
            added=[i for i in touched if i not in before],
            updated=[i for i in touched if i in before],
            removed=removed,
            unchanged=sorted(wanted - set(touched)),
            failed=self._catalogue.failures(),
            notes=self._notes(),
        )

    def _notes(self) -> list[str]:
        why, self._index.rebuilt_because = self._index.rebuilt_because, ""
        return [why] if why else []


def _keep(entry: Entry, parsed: dict[str, Entry]) -> None:
    """Note a document to index. Two files of other bytes never become one document: that is an error of the second."""
    if parsed.setdefault(entry.document.document_id, entry).content_hash != entry.content_hash:
        raise DocumentError("its id belongs to another file; run 'assistant sync' again")


def _unchanged(row: FileRow | None, file: folder.Found) -> bool:
    return row is not None and row.settled and (row.size, row.mtime_ns) == (file.size, file.mtime_ns)
