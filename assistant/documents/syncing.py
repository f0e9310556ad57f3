"""One pass over the corpus folder: what changed is read, parsed and indexed; what is gone leaves the index."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from posixpath import basename

from ..access import ROOT, collection_of, plain_path
from ..errors import DocumentError
from ..formats import SUFFIXES, suffix, unknown_format
from ..formats.loading import RawFile
from ..formats.parsing import ParsingFailed
from ..indexing.catalogue import FileRow
from ..indexing.index import Entry, Index
from ..records import Document, OnProgress, Progress, SyncReport
from ..settings import FILE_LIMITS, Settings
from ..storage import failpoints
from . import folder
from .kept import Kept
from .ledger import Ledger
from .sync_engine import SyncEngine
from .trash import Trash

_SETTLED_NS = 2_000_000_000
_REMARKS = 10
"""Of one kind; the report counts the others."""


class Pass:
    """Used once. Files are read one after the other and indexed in groups, so that memory holds a few at a time.

    A file whose newest version cannot be read keeps its document as it was, from the index or from `kept`. `again` has
    files read once more that could not be read the last time, or whose parsing broke down.
    """

    def __init__(
        self,
        settings: Settings,
        index: Index,
        ledger: Ledger,
        trash: Trash,
        engine: SyncEngine,
        progress: OnProgress,
        *,
        again: bool,
    ) -> None:
        self._settings = settings
        self._index = index
        self._catalogue = index.catalogue
        self._ledger = ledger
        self._trash = trash
        self._engine = engine
        self._progress = progress
        self._kept = Kept(settings.state_dir / "kept")
        self._limits = settings.model_dump_json(include=set(FILE_LIMITS))
        self._again = again
        self._again_all = self._catalogue.meta("limits") != self._limits
        self._collections = collections_of(settings)
        self._former_collections = self._catalogue.meta("collections") or ""
        self._known = self._catalogue.files()
        self._own = index.hashes()
        self._before = self._catalogue.document_hashes() | self._own
        self._rows: dict[str, FileRow] = {}
        self._read: list[str] = []
        self._queued: dict[str, str] = {}
        self._held = set(self._before.values())
        self._firsts: dict[str, str] = {}

    def run(self) -> SyncReport:
        """Make the index hold what the folder holds. Raises CorpusError and IndexFailure."""
        found = folder.scan(self._settings.corpus_dir)
        self._index.put(self._changed(found), self._progress, self._engine.embed)
        self._index.put(self._stale(), self._progress)
        self._index.put(self._renamed(), self._progress)
        failpoints.reach("sync: documents indexed")
        wanted = {row.document_id for row in self._rows.values() if row.document_id}
        removed = sorted(set(self._own) - wanted)
        gone = set(self._known) - set(self._rows)
        self._ledger.note_gone(gone)  # first, as it is told by the rows that are forgotten below
        failpoints.reach("sync: ledger knows what is gone")
        self._catalogue.put_files(row for source, row in self._rows.items() if self._known.get(source) != row)
        failpoints.reach("sync: files noted")
        self._catalogue.forget_files(gone)
        failpoints.reach("sync: files forgotten")
        self._index.declare(self._rows.values(), self._ledger.data_hashes())
        self._index.drop(removed)
        failpoints.reach("sync: documents dropped")
        self._index.finish()
        failpoints.reach("sync: finished")
        self._kept.forget_all_but(_stale_ids(self._rows.values()))
        if self._again_all:
            self._catalogue.set_meta("limits", self._limits)
        if self._collections != self._former_collections:
            self._catalogue.set_meta("collections", self._collections)
        return SyncReport(
            added=[i for i in self._queued if i not in self._before],
            updated=[i for i in self._queued if i in self._before],
            removed=[i for i in removed if not self._catalogue.elsewhere(i)],
            unchanged=sorted(wanted - set(self._queued)),
            failed=self._catalogue.failures(),
            notes=[*self._mended(), *self._copies(), *self._still_elsewhere(removed), *self._nearly_the_same()],
        )

    def _changed(self, found: list[folder.Found]) -> Iterator[Entry]:
        """Documents of files that are new or have changed, and on the way a row for every file."""
        present = {file.source for file in found}
        self._engine.ahead(self._to_parse(found))
        for position, file in enumerate(found):
            row = self._as_it_was(file)
            if row:
                self._seen(row)
                continue
            self._progress(Progress("reading", position + 1, len(found)))
            yield from self._entry(file, present)
        for closed in (file for file in found if file.refused):
            self._keep_rows_below(closed)

    def _to_parse(self, found: list[folder.Found]) -> Iterator[RawFile]:
        """The files that are likely to be parsed; what is wrong with the others is told in their turn."""
        for file in found:
            if file.refused or suffix(basename(file.source)) not in SUFFIXES or self._as_it_was(file):
                continue
            with suppress(DocumentError):
                raw = self._read_file(file.source)
                if raw.hash not in self._held:
                    yield raw

    def _as_it_was(self, file: folder.Found) -> FileRow | None:
        """The row of a file that has not changed since, and whose document is there."""
        row = self._known.get(file.source)
        same = row and unchanged(row, file) and self._whole(row) and not self._moved(file.source)
        return row if same else None

    def _moved(self, source: str) -> bool:
        """Whether a file belongs to another collection than when it was read, so that it may be another document."""
        if self._collections == self._former_collections:
            return False
        before, now = (names.split("\n") for names in (self._former_collections, self._collections))
        return collection_of(source, before) != collection_of(source, now)

    def _keep_rows_below(self, closed: folder.Found) -> None:
        """Files of a folder that can no longer be opened are not gone: their documents stay, as stale ones."""
        for source, row in self._known.items():
            if source.startswith(f"{closed.source}/"):
                failure = f"{closed.source}: {closed.refused}"
                self._rows[source] = replace(row, content_hash="", failure=failure, settled=False)

    def _whole(self, row: FileRow) -> bool:
        if row.failure:
            return not self._again_all and not (self._again and not row.content_hash)
        return self._before.get(row.document_id or "") == row.content_hash

    def _entry(self, file: folder.Found, present: set[str]) -> Iterator[Entry]:
        settled = abs(time.time_ns() - file.mtime_ns) > _SETTLED_NS  # a clock that was wrong gives times to come
        row = FileRow(file.source, file.size, file.mtime_ns, settled, "", None, None)
        self._read.append(file.source)
        document: Document | None = None
        try:
            raw = self._raw(file, present)
            row = replace(row, content_hash=raw.hash)
            if raw.hash not in self._held:
                document = self._engine.parse(raw)
            document_id = self._ledger.assign(
                file.source,
                raw.data_hash,
                present,
                self._elsewhere(raw),
                self._trash.holds,
                self._catalogue.contributions,
            )
            failpoints.reach("sync: id assigned")
            if self._wanting(document_id, raw.hash, raw.data_hash):
                document = document or self._engine.parse(raw)
                self._queued[document_id] = raw.hash
                self._held.add(raw.hash)
                yield Entry(replace(document, document_id=document_id), raw.hash, file.source, raw.data_hash)
            self._seen(replace(row, document_id=document_id))
        except ParsingFailed as error:
            self._rows[file.source] = replace(row, content_hash="", failure=str(error), settled=True)
        except DocumentError as error:
            self._rows[file.source] = replace(row, failure=str(error))

    def _seen(self, row: FileRow) -> None:
        self._rows[row.source] = row
        if row.document_id and not row.failure:
            self._firsts.setdefault(row.document_id, row.source)

    def _raw(self, file: folder.Found, present: set[str]) -> RawFile:
        """A file's bytes, with the amendments that are its own: they follow it to a new name, and stay with it."""
        if file.refused:
            raise DocumentError(file.refused)
        name = basename(file.source)
        if suffix(name) not in SUFFIXES:
            raise DocumentError(unknown_format(name))
        raw = self._read_file(file.source)
        corpus_dir = self._settings.corpus_dir
        if raw.amendments and self._ledger.was_another(file.source, raw.data_hash):
            self._trash.remove_amendments(file.source)
            return self._read_file(file.source)
        if file.source not in self._known and not raw.amendments:
            hashes = (raw.data_hash, *self._elsewhere(raw))
            came_from = [former for data_hash in hashes for former in self._ledger.came_from(data_hash)]
            gone = [former for former in came_from if former not in present]
            if any(folder.move_amendments(corpus_dir, former, file.source) for former in gone):
                return self._read_file(file.source)
        return raw

    def _elsewhere(self, raw: RawFile) -> list[str]:
        """What the hash of a file's bytes would be in the other collections, one of which it may have come from."""
        names = {"", *map(plain_path, self._settings.collections), *self._former_collections.split("\n")} - {ROOT}
        return [raw.data_hash_in(name) for name in sorted(names - {raw.collection})]

    def _read_file(self, source: str) -> RawFile:
        return folder.read_source(self._settings, source)

    def _wanting(self, document_id: str, content_hash: str, data_hash: str) -> bool:
        """Whether the index lacks the document as this file has it. Of files of the same bytes the first one counts."""
        first = self._firsts.get(document_id)
        if first is not None and self._ledger.holds(first, data_hash):
            return False
        if first is not None:  # two files of other bytes never become one document
            raise ParsingFailed("its id belongs to another file; run 'assistant sync' again")
        if self._catalogue.contributions.joins(document_id, data_hash):
            return False
        return content_hash not in (self._queued.get(document_id), self._before.get(document_id))

    def _stale(self) -> Iterator[Entry]:
        """Documents whose files can no longer be read and that the index has lost; the others only keep their rows."""
        fine = {row.document_id for row in self._rows.values() if not row.failure}
        for source, row in self._rows.items():
            if not row.failure:
                continue
            document_id = row.document_id or self._ledger.id_of(source)
            known = document_id and document_id not in fine and self._keep(document_id)
            self._rows[source] = replace(row, document_id=document_id if known else None)
            if known and document_id and document_id not in self._before and document_id not in self._queued:
                document, content_hash = known
                self._queued[document_id] = content_hash
                yield Entry(replace(document, document_id=document_id), content_hash, source)

    def _keep(self, document_id: str) -> tuple[Document, str] | None:
        """The last version that could be read, which is kept from now on; None when there was none."""
        kept = self._kept.load(document_id)
        content_hash = self._before.get(document_id)
        if content_hash is None or (kept and kept[1] == content_hash):
            return kept
        document = self._catalogue.document(document_id)
        document = replace(document, state="ready", notes=self._catalogue.own_notes(document_id))
        self._kept.save(document, content_hash)
        failpoints.reach("sync: older version kept")
        return document, content_hash

    def _renamed(self) -> Iterator[Entry]:
        """Documents whose first file has another name now, where the name tells their title or date."""
        former = _first_sources(self._known.values(), failing=True)
        for document_id, source in _first_sources(self._rows.values()).items():
            content_hash = self._before.get(document_id)
            same_name = basename(former.get(document_id, source)) == basename(source)
            if same_name or document_id in self._queued or not content_hash:
                continue
            raw = self._read_again(source, content_hash)
            document = raw and self._parsed_again(raw)
            known = self._catalogue.described([document_id])[document_id]
            if document and (document.title, document.published) != (known.title, known.published):
                yield Entry(
                    replace(document, document_id=document_id), content_hash, source, raw.data_hash if raw else ""
                )

    def _read_again(self, source: str, content_hash: str) -> RawFile | None:
        try:
            raw = self._read_file(source)
        except DocumentError:
            return None
        return raw if raw.hash == content_hash else None

    def _parsed_again(self, raw: RawFile) -> Document | None:
        try:
            return self._engine.parse(raw)
        except DocumentError:
            return None

    def _mended(self) -> list[str]:
        why, self._index.mended = self._index.mended, ""
        return [why] if why else []

    def _copies(self) -> list[str]:
        first = _first_sources(self._rows.values())
        read_now = [self._rows[source] for source in self._read if self._is_news(self._rows[source])]
        return first_remarks(
            [
                f"{row.source} holds the same as {first[row.document_id]}: one article, two sources"
                for row in read_now
                if row.document_id and first[row.document_id] != row.source
            ]
        )

    def _still_elsewhere(self, removed: Sequence[str]) -> list[str]:
        names = {i: self._catalogue.elsewhere(i) for i in removed}
        return first_remarks(
            [f"{i} stays, as it also lies at {', '.join(there)}" for i, there in names.items() if there]
        )

    def _is_news(self, row: FileRow) -> bool:
        """Whether a file that was read holds something else than the last time."""
        known = self._known.get(row.source)
        return not row.failure and (known is None or known.document_id != row.document_id)

    def _nearly_the_same(self) -> list[str]:
        touched = self._catalogue.described(list(self._queued))
        pairs = {frozenset((i, other)) for i, document in touched.items() for other in document.similar}
        named = self._catalogue.described(sorted({i for pair in pairs for i in pair}))
        found = sorted(sorted(named[i].sources[-1] for i in pair) for pair in pairs)
        return first_remarks([f"{one} and {two} say nearly the same" for one, two in found])


def collections_of(settings: Settings) -> str:
    """The names of the collections, as the catalogue remembers them."""
    return "\n".join(sorted(map(plain_path, settings.collections)))


def unchanged(row: FileRow | None, file: folder.Found) -> bool:
    """Whether a file is as it was when its row was written, by its size and time."""
    return row is not None and row.settled and (row.size, row.mtime_ns) == (file.size, file.mtime_ns)


def _first_sources(rows: Iterable[FileRow], *, failing: bool = False) -> dict[str, str]:
    """For each document the first of its files by name, which tells the title where the text does not."""
    found: dict[str, str] = {}
    for row in rows:
        if row.document_id and (failing or not row.failure):
            found[row.document_id] = min(row.source, found.get(row.document_id, row.source))
    return found


def _stale_ids(rows: Iterable[FileRow]) -> set[str]:
    return {row.document_id for row in rows if row.document_id and row.failure}


def first_remarks(remarks: list[str]) -> list[str]:
    """The first remarks of one kind, and how many more there are."""
    more = len(remarks) - _REMARKS
    return [*remarks[:_REMARKS], f"and {more} more like that"] if more > 0 else remarks
