"""Folder to index: the folder is the truth, a sync makes the index say the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import CorpusError, DamagedFile, DocumentError, FetchError, IndexFailure, UnknownDocument, UsageError
from ..formats.loading import AMENDABLE, amendments_path, parse_date
from ..formats.markup import mapping
from ..formats.parsing import Parser
from ..indexing.index import Index
from ..indexing.shared_index import SharedIndex
from ..language.terms import printable
from ..records import Document, Machine, OnProgress, Progress, Removed, SyncReport
from ..redaction import redacted
from ..settings import Settings
from . import folder, restoring
from .fetching import FetchLimits, fetch
from .intake import Intake
from .ledger import Ledger
from .page_files import as_yaml, page_file, with_front_matter
from .sync_engine import LOCAL, sync_engine
from .syncing import Pass, collections_of, first_remarks, unchanged
from .trash import Trash

_LOOK_SHARE = 20
"""Looking for changes may take a twentieth of the time."""
_PATIENCE = 2.0
"""Seconds after its beginning up to which a question waits for a change of somebody else."""
_LOOK_UP_EVERY = 0.1
_ON_THE_SERVER = (
    "other machines let go of it with their next question; 'chroma vacuum' wipes what the server's files keep"
)
_PASSES = 5
"""Times that the folder is looked at again because another machine was quicker; the next look goes on."""


class Corpus:
    """The documents of a folder, and the index that follows them. Safe to call from several threads."""

    def __init__(self, settings: Settings, index: Index, ledger: Ledger, parser: Parser) -> None:
        self._settings = settings
        self._folder = settings.corpus_dir
        self._index = index
        self._catalogue = index.catalogue
        self._ledger = ledger
        self._parser = parser
        self._trash = Trash(settings.corpus_dir, settings.state_dir, ledger)
        self._intake = Intake(settings, self._catalogue, self._trash)
        self._turn = threading.RLock()
        self._changing_since: float | None = None
        """When the change began that is under way."""
        self._cleared = False
        self._look_again_at = 0.0
        self._said = ""

    def sync(self, progress: OnProgress = lambda _: None, *, again: bool = True, engine: str = LOCAL) -> SyncReport:
        """Make the index hold exactly what the folder holds; one bad file never stops the others.

        `again` has files read once more that could not be read before; `engine` names who parses and embeds.
        """
        with self._changing():
            self._trash.settle()
            if not self._cleared:
                folder.clear_unfinished(self._folder)
                self._cleared = True
            report = self._pass(progress, again=again, engine=engine)
            for _ in range(_PASSES):
                if self._index.settled:
                    break
                report = report.followed_by(self._pass(progress, again=again, engine=engine))
            return report

    def _pass(self, progress: OnProgress, *, again: bool, engine: str) -> SyncReport:
        self._index.begin(progress)
        settings, index, ledger = self._settings, self._index, self._ledger
        with sync_engine(engine, settings, self._parser, index.embedder, progress) as at_work:
            return Pass(settings, index, ledger, self._trash, at_work, progress, again=again).run()

    def sync_if_changed(self, progress: OnProgress = lambda _: None) -> str:
        """Sync when a file was added, edited or removed since the last look. Returns a remark for who asks, or nothing.

        While another sync is under way for longer, what is indexed so far is what there is, and the remark says so.
        """
        began = time.monotonic()
        if began < self._look_again_at:
            return ""
        if not self._turn_to_look():
            return "the corpus is being changed just now, so the latest articles may be missing here"
        try:
            if remark := self._others_followed(progress):
                return remark
            known = self._catalogue.files()
            found = folder.scan(self._folder)
            same = len(known) == len(found) and all(unchanged(known.get(file.source), file) for file in found)
            synced = same and self._catalogue.meta("dirty") == "0" and self._knows_collections()
            if not synced and (remark := self._sync_unread(progress)):
                return remark
            self._say_mended(progress)
            now = time.monotonic()
            self._look_again_at = now + min(1.0, _LOOK_SHARE * (now - began)) if same else 0.0
        finally:
            self._turn.release()
        return ""

    def _others_followed(self, progress: OnProgress) -> str:
        """Take over what other machines have changed. Where that cannot be, what is indexed has to do."""
        try:
            self._index.follow(progress)
        except DamagedFile:
            raise
        except IndexFailure as error:
            if not self._catalogue.document_count():
                raise
            return f"the newest changes are not in here: {error}"
        return ""

    def _knows_collections(self) -> bool:
        return (self._catalogue.meta("collections") or "") == collections_of(self._settings)

    def _turn_to_look(self) -> bool:
        """Wait for our turn; False while a change has been under way for long, and there is enough to answer from."""
        while not self._turn.acquire(timeout=_LOOK_UP_EVERY):
            since = self._changing_since
            if since is not None and time.monotonic() > since + _PATIENCE and self._catalogue.document_count():
                return False
        return True

    def _sync_unread(self, progress: OnProgress) -> str:
        """Sync where nobody reads the report. Where there is no room for it, what is indexed has to do."""
        mended = self._index.mended
        try:
            self.sync(progress, again=False)
        except DamagedFile:
            raise
        except (IndexFailure, CorpusError) as error:
            if not self._catalogue.document_count():
                raise
            return f"the newest changes of the folder are not in here: {error}"
        self._index.mended = mended
        return ""

    def _say_mended(self, progress: OnProgress) -> None:
        if self._index.mended and self._index.mended != self._said:
            progress(Progress(self._index.mended, lasting=True))
            self._said = self._index.mended

    def add(self, path: Path, progress: OnProgress = lambda _: None, collection: str = "") -> SyncReport:
        """Copy a file, or every file of a folder, into a collection and sync. What lies in the corpus stays there."""
        found = [folder.Found("", 0, 0)] if path.is_file() else folder.scan(path)
        if path.resolve().is_relative_to(self._folder.resolve()):
            return self.sync(progress)
        notes: list[str] = []
        unread: dict[str, str] = {}
        taken: set[str] = set()
        with self._changing():
            before = self._catalogue.failures()
            for file in found:
                source, reason = "", file.refused
                if not reason:
                    source, reason = self._intake.put_file(path / file.source, before, notes, collection)
                taken.add(source)
                if reason:
                    unread[str(path / file.source)] = reason
            report = self.sync(progress)
        failed = unread | _own_failures(report, before, taken)
        return replace(report, failed=failed, notes=[*first_remarks(notes), *report.notes])

    def add_document(
        self, document: Document, progress: OnProgress = lambda _: None, collection: str = ""
    ) -> SyncReport:
        """Write a document as Markdown with front matter into a collection and sync."""
        front = {
            "title": document.title,
            "publisher": document.publisher,
            "author": document.author,
            "published": document.published,
            "language": document.language,
            "url": document.url,
        }
        body = with_front_matter(front, document.text)
        name = printable(document.title).replace("/", "-").strip(". ") or "document"
        with self._changing():
            before = self._catalogue.failures()
            source = folder.put(self._folder, f"{name}.md", body, collection)
            report = self.sync(progress)
        return replace(report, failed=_own_failures(report, before, {source}))

    def add_page(self, url: str, progress: OnProgress = lambda _: None, collection: str = "") -> SyncReport:
        """Fetch a web page, keep it as a file in a collection, and sync; one that was kept in it before is replaced.

        What goes wrong with the page is in `failed`. Raises UsageError when fetching is off.
        """
        settings = self._settings
        if not settings.fetch_urls or settings.offline:
            remedy = "unset offline" if settings.offline else "set fetch_urls = true"
            raise UsageError(
                f"{url} is not fetched, as that is switched off; {remedy}, or save the page and add the file"
            )
        progress(Progress(f"fetching {redacted(url)}"))
        try:
            limits = FetchLimits(settings.max_file_bytes, settings.fetch_seconds, settings.fetch_private)
            fetched = fetch(url, limits)
            page = page_file(fetched, lambda raw: self._parser.parse(raw, settings))
        except (FetchError, DocumentError) as error:
            return SyncReport(failed={redacted(url): str(error)})
        with self._changing():
            self.sync(progress, again=False)  # so that a page of this address is known
            before = self._catalogue.failures()
            source = self._intake.put_page(page, fetched.final_url, collection)
            report = self.sync(progress)
        return replace(report, failed=_own_failures(report, before, {source}))

    def remove(self, document_id: str, progress: OnProgress = lambda _: None) -> SyncReport:
        """Move a document's files to the trash in `state_dir` and sync. Raises UnknownDocument."""
        with self._changing():
            self.sync(progress)  # so that a copy made since goes too
            if document_id not in self._catalogue.document_hashes() and self._trash.holds(document_id):
                return SyncReport(notes=[f"{document_id} was removed before"])
            self._catalogue.document(document_id)
            self._trash.remove(self._paths(document_id, "remove"), document_id)
            return self.sync(progress)

    def _paths(self, document_id: str, what: str) -> list[str]:
        """The files of a document. Raises UsageError where all of them lie at other machines."""
        paths = self._catalogue.paths(document_id)
        there = self._catalogue.elsewhere(document_id)
        if there and not paths:
            raise UsageError(f"the file of {document_id} lies at {', '.join(there)}; {what} it there")
        return paths

    def erase(self, document_id: str, progress: OnProgress = lambda _: None) -> SyncReport:
        """Delete a document for good: its files, what the trash and the index hold of it; not backups of one's own.

        One that was removed before goes from the trash. Raises UnknownDocument.
        """
        with self._changing():
            self.sync(progress)
            if there := self._catalogue.elsewhere(document_id):
                raise UsageError(f"{document_id} also lies at {', '.join(there)}; delete it there first")
            report = SyncReport()
            if document_id in self._catalogue.document_hashes():
                report = self.remove(document_id, progress)
            elif not (self._trash.holds(document_id) or self._ledger.sources(document_id)):
                raise UnknownDocument(f"the corpus holds no document {document_id!r}; 'assistant list' shows their ids")
            self._trash.purge(document_id)
            self._catalogue.scrub()
            if self._settings.chroma_url:
                report = replace(report, notes=[*report.notes, _ON_THE_SERVER])
            return report

    def restore(self, document_id: str, progress: OnProgress = lambda _: None) -> SyncReport:
        """Undo `remove`. Raises UnknownDocument when the trash holds nothing of that id."""
        with self._changing():
            back = self._trash.restore(document_id)
            report = self.sync(progress)
            if back:
                return report
            if document_id not in self._catalogue.document_hashes():
                raise UnknownDocument(f"the trash {self._trash.folder} holds no document {document_id!r}")
            return replace(report, notes=[f"{document_id} is in the corpus", *report.notes])

    def removed(self) -> list[Removed]:
        """The documents in the trash, latest first."""
        with self._turn:
            return self._trash.removed()

    def amend(self, document_id: str, **values: Any) -> SyncReport:
        """Correct title, publisher, author or date; kept in a file beside the document's own."""
        unknown = sorted(set(values) - set(AMENDABLE))
        if unknown or not values:
            raise UsageError(f"{', '.join(unknown) or 'nothing'} cannot be amended; amend {', '.join(AMENDABLE)}")
        if values.get("published") is not None and not isinstance(values["published"], date):
            given = values["published"]
            values["published"], remark = parse_date(given)
            if remark:
                raise UsageError(f"published is {given!r}, which is no date; write YYYY-MM-DD")
        with self._changing():
            self._catalogue.document(document_id)
            for source in self._paths(document_id, "amend"):
                path = self._folder / source
                beside = amendments_path(path)
                plain = beside.is_file() and not beside.is_symlink()  # a link is not read by a sync either
                earlier = beside.read_text(encoding="utf-8", errors="replace") if plain else ""
                folder.put_beside(path, as_yaml(mapping(earlier, str(beside)) | values, stated=False))
            return self.sync()

    def machines(self) -> list[Machine]:
        """The machines that share the corpus. Raises UsageError where none do."""
        with self._turn:
            shared = self._shared_index()
            shared.follow()
            return shared.machines()

    def forget_machine(self, name: str, progress: OnProgress = lambda _: None) -> SyncReport:
        """Let go of what only a machine has that is gone, by its name or id. Raises UsageError."""
        with self._changing():
            self.sync(progress)
            known = [each for each in self.machines() if name in (each.name, each.machine_id)]
            if not known:
                raise UsageError(f"no machine is called {name!r}; 'assistant machines' lists them")
            if len(known) > 1:
                raise UsageError(f"{len(known)} machines are called {name}; give an id of 'assistant machines'")
            if known[0].here:
                raise UsageError(f"{name} is this machine; remove its articles instead")
            before = set(self._catalogue.document_hashes())
            self._shared_index().forget_machine(known[0].machine_id)
            report = self.sync(progress)
            return replace(report, removed=sorted(before - set(self._catalogue.document_hashes())))

    def _shared_index(self) -> SharedIndex:
        if not isinstance(self._index, SharedIndex):
            raise UsageError("no other machine shares this corpus; chroma_url names a server that several share")
        return self._index

    def restore_backup(self, file: Path, progress: OnProgress = lambda _: None) -> SyncReport:
        """Make everything what it was when a backup was written, and sync. Raises UsageError on what is no backup."""
        with self._changing():
            restoring.unpack(self._settings, file, progress)
            restoring.finish(self._settings, self._index, self._ledger)
            return self.sync(progress)

    def teach_ledger(self) -> None:
        """Let the ledger know the ids that the catalogue has of files."""
        unknown = [row for row in self._catalogue.files().values() if not self._ledger.id_of(row.source)]
        self._ledger.learn(unknown, self._settings)

    def altered(self, progress: OnProgress = lambda _: None) -> list[str]:
        """Files that hold other bytes than were indexed though their size and time have not changed."""
        known, found = self._catalogue.files(), []
        present = folder.scan(self._folder)
        for position, file in enumerate(present):
            row = known.get(file.source)
            if row and row.content_hash and unchanged(row, file):
                progress(Progress("comparing files", position + 1, len(present)))
                with suppress(DocumentError):
                    if folder.read_source(self._settings, file.source).hash != row.content_hash:
                        found.append(file.source)
        return found

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """While the block runs, nothing of ours changes folder, ledger or index."""
        with self._changing():
            self._trash.settle()
            yield

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Our turn to change folder, ledger and index; in a thread that has it already, nothing new."""
        with self._turn:
            if self._changing_since is not None:
                yield
                return
            self._changing_since = time.monotonic()
            try:
                yield
            finally:
                self._changing_since = None

    def copy_to(self, ledger: Path, catalogue: Path) -> None:
        """Write the state of this moment into two files."""
        self._ledger.copy_to(ledger)
        self._catalogue.copy_to(catalogue)


def _own_failures(report: SyncReport, before: Collection[str], taken: Collection[str]) -> dict[str, str]:
    """What failed of the files of one call, and what did not fail before it: the rest its caller knows."""
    return {source: why for source, why in report.failed.items() if source in taken or source not in before}
