"""Folder to index: the folder is the truth, a sync makes the index say the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from . import folder
from .errors import DocumentError, FetchError, UnknownDocument, UsageError
from .fetching import FetchLimits, fetch
from .formats import SUFFIXES, suffix, unknown_format
from .index import Index
from .ledger import Ledger
from .loading import AMENDABLE, amendments_path, parse_date, read
from .parsing import Parser
from .pasting import KeptPage, kept, was_fetched, written
from .records import Document, Progress, SyncReport
from .settings import Settings
from .syncing import Pass, unchanged
from .terms import printable

_LOOK_SHARE = 20
"""Looking for changes may take a twentieth of the time."""


class Corpus:
    """The documents of a folder, and the index that follows them. Safe to call from several threads."""

    def __init__(self, settings: Settings, index: Index, ledger: Ledger, parser: Parser) -> None:
        self._settings = settings
        self._folder = settings.corpus_dir
        self._index = index
        self._catalogue = index.catalogue
        self._ledger = ledger
        self._parser = parser
        self._turn = threading.RLock()
        self._look_again_at = 0.0

    def sync(self, progress: Callable[[Progress], None] = lambda _: None, *, again: bool = True) -> SyncReport:
        """Make the index hold exactly what the folder holds; one bad file never stops the others.

        `again` has files read once more that could not be read before.
        """
        with self._turn:
            self._index.begin()
            settings, index, ledger = self._settings, self._index, self._ledger
            return Pass(settings, index, ledger, self._parser, progress, again=again).run()

    def sync_if_changed(self, progress: Callable[[Progress], None] = lambda _: None) -> None:
        """Sync when a file was added, edited or removed since the last look."""
        began = time.monotonic()
        if began < self._look_again_at:
            return
        with self._turn:
            known = self._catalogue.files()
            found = folder.scan(self._folder)
            same = len(known) == len(found) and all(unchanged(known.get(file.source), file) for file in found)
            if not same or self._catalogue.meta("dirty") != "0":
                self.sync(progress, again=False)
            now = time.monotonic()
            self._look_again_at = now + min(1.0, _LOOK_SHARE * (now - began)) if same else 0.0

    def add(self, path: Path, progress: Callable[[Progress], None] = lambda _: None) -> SyncReport:
        """Copy a file, or every file of a folder, into the corpus and sync. What lies in it already stays there."""
        found = [folder.Found("", 0, 0)] if path.is_file() else folder.scan(path)
        if path.resolve().is_relative_to(self._folder.resolve()):
            return self.sync(progress)
        notes: list[str] = []
        with self._turn:
            tried = {path / file.source: file.refused or self._put(path / file.source, notes) for file in found}
            unread = {str(file): reason for file, reason in tried.items() if reason}
            report = self.sync(progress)
        return replace(report, failed=unread | report.failed, notes=[*notes, *report.notes])

    def add_document(self, document: Document, progress: Callable[[Progress], None] = lambda _: None) -> SyncReport:
        """Write a document as Markdown with front matter into the corpus and sync."""
        front = {
            "title": document.title,
            "publisher": document.publisher,
            "author": document.author,
            "published": document.published,
            "language": document.language,
            "url": document.url,
        }
        body = b"---\n" + written(front) + b"---\n\n" + f"{document.text}\n".encode(errors="replace")
        name = printable(document.title).replace("/", "-").strip(". ") or "document"
        with self._turn:
            folder.put(self._folder, f"{name}.md", body)
            return self.sync(progress)

    def add_page(self, url: str, progress: Callable[[Progress], None] = lambda _: None) -> SyncReport:
        """Fetch a web page, keep it as a file in the corpus, and sync; one that was kept before is replaced.

        What goes wrong with the page is in `failed`. Raises UsageError when fetching is off.
        """
        settings = self._settings
        if not settings.fetch_urls or settings.offline:
            off = "offline is set" if settings.offline else "fetching is off; set fetch_urls = true"
            raise UsageError(f"{url} is not fetched, as {off}, or save the page and add the file")
        progress(Progress(f"fetching {url}"))
        try:
            limits = FetchLimits(settings.max_file_bytes, settings.fetch_seconds, settings.fetch_private)
            fetched = fetch(url, limits)
            page = kept(fetched, lambda raw: self._parser.parse(raw, settings))
        except (FetchError, DocumentError) as error:
            return replace(self.sync(progress), failed={url: str(error)} | self._catalogue.failures())
        with self._turn:
            self._replace_or_put(page, fetched.final_url)
            return self.sync(progress)

    def remove(self, document_id: str, progress: Callable[[Progress], None] = lambda _: None) -> SyncReport:
        """Move a document's files to the trash in `state_dir` and sync. Raises UnknownDocument."""
        with self._turn:
            self.sync(progress)  # so that a copy made since goes too
            self._catalogue.document(document_id)
            folder.to_trash(self._folder, self._catalogue.paths(document_id), self._trash, document_id)
            return self.sync(progress)

    def restore(self, document_id: str, progress: Callable[[Progress], None] = lambda _: None) -> SyncReport:
        """Undo `remove`. Raises UnknownDocument when the trash holds nothing of that id."""
        with self._turn:
            sources = self._ledger.sources(document_id)
            back = folder.from_trash(self._folder, sources, self._trash, document_id)
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
            self._catalogue.document(document_id)
            for source in self._catalogue.paths(document_id):
                path = self._folder / source
                beside = amendments_path(path)
                earlier = yaml.safe_load(beside.read_bytes()) if beside.is_file() else {}
                data = yaml.safe_dump({**(earlier or {}), **values}, sort_keys=False, allow_unicode=True)
                folder.put_beside(path, data.encode())
            return self.sync()

    def close(self) -> None:
        """Close the ledger and end the parser's process."""
        self._ledger.close()
        self._parser.close()

    @property
    def _trash(self) -> Path:
        return self._settings.state_dir / "trash"

    def _replace_or_put(self, page: KeptPage, url: str) -> None:
        """Write a fetched page; one that was fetched before has its name again, and the former goes to the trash."""
        former = [s for s in self._catalogue.fetched_from(url) if was_fetched(self._folder / s)]
        if former:
            folder.to_trash(self._folder, former[:1], self._trash, self._ledger.id_of(former[0]) or "page")
            folder.replace(self._folder, former[0], page.data)
        source = former[0] if former else folder.put(self._folder, page.name, page.data)
        if page.amendments:
            folder.put_beside(self._folder / source, page.amendments)

    def _put(self, file: Path, notes: list[str]) -> str:
        """Copy one file into the folder; the reason in words when that fails, or when it could never be read."""
        if suffix(file.name) not in SUFFIXES:
            return unknown_format(file.name)
        try:
            raw = read(file, self._settings.max_file_bytes)
        except DocumentError as error:
            return str(error)
        source = folder.put(self._folder, file.name, raw.data)
        if raw.amendments:
            folder.put_beside(self._folder / source, raw.amendments)
        if source != file.name:
            notes.append(f"{printable(file.name)} is kept as {source}")
        return ""
