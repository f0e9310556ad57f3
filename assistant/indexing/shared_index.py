"""An index that several machines share: each catalogue has what the log on a Chroma server says, in its order.

own file ──chunks, vectors──▶ contents and vectors on the server ──▶ entry of the log ──▶ every machine's catalogue

Nothing but an entry of the log changes what the catalogue has, on the machine that wrote it, too. An entry is written
under the number after the last one that its writer knows, so it is right as of all that came before it; who is second
looks again. Contents are whole before the entry that names them, and are never written twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..access import ROOT, collection_of
from ..errors import DamagedFile, IndexFailure
from ..records import Machine, OnProgress, Progress
from ..storage import failpoints
from .catalogue import FileRow
from .chroma_server import ChromaServer, CollectionGone
from .contributions import HERE
from .contributor import Contributor
from .embedding import Embedder, Vector
from .index import SHARED_LOG, Index, Planned
from .packing import Content, pack, unpack
from .schema import CATALOGUE
from .shared_log import Change, Contribution, LogEntry, SharedLog
from .shared_vectors import SharedVectors, vector_id
from .similarity import signature

_CHANGES_AT_ONCE = 200
_READ_AGAIN = 5
"""Times that more of the log is read because a content has been replaced since."""
_FOLLOWED, _FOLLOWED_TOKEN = "followed", "followed token"
"""What the catalogue remembers of how far the log was followed."""


class SharedIndex(Index):
    """See the module. One process for each `state_dir` has it open, as with an index of its own."""

    def __init__(
        self,
        data_dir: Path,
        embedder: Embedder,
        progress: OnProgress = lambda _: None,
        *,
        url: str,
        state_dir: Path,
        collections: Sequence[str],
    ) -> None:
        """Reach the server and take over what it holds. `collections` are named by plain paths. Raises IndexFailure."""
        self._contributor = Contributor(state_dir)
        self._collections = collections
        self._settled = True
        self._unfinished = True
        """Whether something may lie on the server that was written here and that no entry names."""
        self.embedder = embedder
        self._server = ChromaServer(url)
        try:
            made_of = {key: value for key, value in super()._made_of.items() if key != SHARED_LOG}
            self._log = SharedLog(self._server, made_of)
            super().__init__(data_dir, embedder, progress)
        except BaseException:
            self._server.close()
            raise

    @property
    def _made_of(self) -> dict[str, str]:
        return super()._made_of | {SHARED_LOG: f"{self._log.token}-{self._contributor.id}"}

    def _open_vectors(self, progress: OnProgress, *, look_closer: bool) -> SharedVectors:  # noqa: ARG002 - they lie elsewhere
        self._shared = SharedVectors(
            self._server, self.embedder.fingerprint, self._contributor.id, self.catalogue.nearest
        )
        return self._shared

    @property
    def server(self) -> str:
        """The server's address, as it may be shown."""
        return self._server.shown

    @property
    def settled(self) -> bool:
        """See Index."""
        return self._settled

    def begin(self, progress: OnProgress = lambda _: None) -> None:
        """Follow the log, and clear away or put back what a write that was cut off has left or lost."""
        self.follow(progress)
        self._settled = True
        if self._unfinished:
            self._drop_contents(sorted(self._log.contents_of(self._contributor.id) - self._standing()))
            self._unfinished = False
        if self._shared.count() < len(self.catalogue.chunk_ids()):
            self.put_back(progress)

    def follow(self, progress: OnProgress = lambda _: None) -> None:
        """Take over what other machines have written. Raises IndexFailure; DamagedFile where it is another log."""
        number, token = self._followed()
        try:
            entries = list(self._log.after(number, token))
            for _ in range(_READ_AGAIN):
                if not entries or self._apply(entries, {}, progress):
                    return
                entries += self._log.after(entries[-1][0], entries[-1][1].token)
            self._apply(entries, {}, progress, lost=True)
        except CollectionGone as gone:
            self.catalogue.set_meta(SHARED_LOG, "")  # so that it is begun anew
            raise DamagedFile.of(self._data_dir / CATALOGUE, str(gone)) from None

    def declare(self, rows: Iterable[FileRow], data_hashes: Mapping[str, str]) -> None:
        """See Index."""
        own = self.catalogue.contributions.of_here()
        files: dict[str, list[FileRow]] = {}
        for row in rows:
            if row.document_id and self.catalogue.contributions.content(row.document_id):
                files.setdefault(row.document_id, []).append(row)
        changes = [
            Change(document_id, has)
            for document_id, its in files.items()
            if (has := self._contribution(its, own.get(document_id), data_hashes)) != own.get(document_id)
        ]
        if changes:
            self.catalogue.set_meta("dirty", "1")
            self._append(changes)

    def drop(self, document_ids: Sequence[str]) -> None:
        """Let the others know that this machine no longer has documents; those that nobody has are gone."""
        if not document_ids:
            return
        self.catalogue.set_meta("dirty", "1")
        self._append([Change(document_id, None) for document_id in document_ids])

    def hashes(self) -> dict[str, str]:
        """See Index."""
        return self.catalogue.contributions.hashes_of_here()

    def finish(self) -> None:
        """See Index. What another machine has changed meanwhile has the folder looked at again."""
        if self._settled:
            super().finish()

    def take_over(self, path: Path) -> None:
        """Leave a backup's catalogue alone: what stands is what the log says."""

    def machines(self) -> list[Machine]:
        """The machines that have documents, this one by its id, too."""
        known = self.catalogue.contributions.machines()
        return [replace(each, machine_id=self._contributor.id) if each.here else each for each in known]

    def forget_machine(self, contributor: str) -> None:
        """Let it be known that a machine which is gone has no document any more. One that is there says it has."""
        documents = self.catalogue.contributions.documents_of(contributor)
        self._append([Change(document_id, None, of=contributor) for document_id in documents])

    def lacking(self) -> tuple[set[str], set[str]]:
        """The ids of vectors, and the keys of contents, that the server should have and has not."""
        return self._vector_ids() - self._shared.ids(), self._standing() - self._log.contents_of()

    def left_over(self) -> tuple[set[str], set[str]]:
        """The ids of vectors, and the keys of contents, on the server that nothing names yet, or any more."""
        return self._shared.ids() - self._vector_ids(), self._log.contents_of() - self._standing()

    def unread(self) -> list[str]:
        """The documents that a machine has and that could not be taken over, as the server had lost what they hold."""
        return sorted(self.catalogue.contributions.all() - self.catalogue.contributions.contents().keys())

    def put_back(self, progress: OnProgress = lambda _: None) -> None:
        """Write to the server what it has lost of what stands, from the catalogue.

        What a document holds gets a new entry, so that the others read it, from a machine that has its file.
        """
        vectors, contents = self.lacking()
        own = self.catalogue.contributions.of_here()
        documents = {key: document_id for document_id, key in self.catalogue.contributions.contents().items()}
        anew: dict[str, Content] = {}
        changes: list[Change] = []
        for key in sorted({lost.partition(".")[2] for lost in vectors} | contents):
            document_id = documents[key]
            progress(Progress("putting back on the server", len(changes), len(documents)))
            content = self._packed_again(document_id)
            if key in contents and document_id in own:
                anew[new := secrets.token_hex(8)] = content
                changes.append(Change(document_id, own[document_id], new))
                self._put_contents({new: content})
            elif key not in contents:
                self._put_vectors({key: content})
        self._append(changes, anew)
        self.follow(progress)
        self._drop_contents(sorted({lost.partition(".")[2] for lost in vectors} - self._standing()))  # replaced since

    def _store(self, group: Sequence[Planned], before: set[str], vectors: Mapping[str, Vector]) -> None:  # noqa: ARG002
        self._unfinished = True
        contents: dict[str, Content] = {}
        changes = []
        for planned in group:
            entry, key = planned.entry, secrets.token_hex(8)
            data_hash = entry.data_hash or self.catalogue.contributions.data_hash_here(entry.document.document_id)
            collection = collection_of(entry.source, self._collections)
            has = Contribution(entry.content_hash, data_hash, collection, [(entry.source, None)])
            text = entry.document.text
            contents[key] = Content(entry.document, entry.content_hash, tuple(planned.rows(vectors)), signature(text))
            changes.append(Change(entry.document.document_id, has, key))
        self._put_contents(contents)
        self._append(changes, contents)
        self._unfinished = False

    def _append(self, changes: Sequence[Change], contents: Mapping[str, Content] | None = None) -> None:
        """Write entries with these changes, each as of all before it; what is not right any more is left out."""
        for begin in range(0, len(changes), _CHANGES_AT_ONCE):
            left = changes[begin : begin + _CHANGES_AT_ONCE]
            while left := self._still_right(left):
                number = self._followed()[0] + 1
                completed = [replace(change, replaces=self._replaced_by(change)) for change in left]
                turn = self._contributor.turn + 1
                entry = LogEntry(self._contributor.id, self._contributor.name, turn, completed)
                self._contributor.note(turn, entry.token)
                if self._log.append(number, entry):
                    failpoints.reach("shared: entry written")
                    self._apply([(number, entry)], contents or {}, lambda _: None)
                    break

    def _still_right(self, changes: Sequence[Change]) -> list[Change]:
        """Those of the changes that are right as of the newest entry."""
        self.follow()
        right = [change for change in changes if self._is_right(change)]
        if len(right) < len(changes):
            self._settled = False
            self._drop_contents([change.content for change in changes if change.content and change not in right])
        return right

    def _is_right(self, change: Change) -> bool:
        holders = self.catalogue.contributions.holders(change.document_id)
        if change.has is None:
            return (change.of or HERE) in holders
        if not change.content and not self.catalogue.contributions.content(change.document_id):
            return False
        data_hash = change.has.data_hash
        if not data_hash:  # a file that cannot be read: its document stays what it was
            return not change.content or holders <= {HERE}
        same_bytes = self.catalogue.contributions.id_elsewhere(data_hash)
        is_another = self.catalogue.contributions.is_another_elsewhere(change.document_id, data_hash)
        return same_bytes in ("", change.document_id) and not is_another

    def _replaced_by(self, change: Change) -> str:
        holders = self.catalogue.contributions.holders(change.document_id)
        last = change.has is None and holders == {change.of or HERE}
        return self.catalogue.contributions.content(change.document_id) if change.content or last else ""

    def _apply(
        self,
        entries: Sequence[tuple[int, LogEntry]],
        contents: Mapping[str, Content],
        progress: OnProgress,
        *,
        lost: bool = False,
    ) -> bool:
        """Let the catalogue say what it says after these entries; False where a content has been replaced since.

        Where it is `lost`, its document is left out.
        """
        by_document: dict[str, list[tuple[LogEntry, Change]]] = {}
        for _, entry in entries:
            if entry.contributor == self._contributor.id:
                self._contributor.check(entry.turn, entry.token)
            for change in entry.changes:
                by_document.setdefault(change.document_id, []).append((entry, change))
        for changes in by_document.values():
            for entry, change in {self._who(e, c): (e, c) for e, c in changes}.values():  # the last word of each
                self._check_collection(entry, change)
        for done, (document_id, changes) in enumerate(by_document.items()):
            if len(by_document) > _CHANGES_AT_ONCE:
                progress(Progress("reading from the server", done, len(by_document)))
            if not self._apply_to(document_id, changes, contents) and not lost:
                return False
        number, last = entries[-1]
        theirs = [(i, change) for i, changes in by_document.items() for e, change in changes if self._who(e) != HERE]
        forgotten = any(change.of == self._contributor.id for _, change in theirs)
        if forgotten or (theirs and self.catalogue.contributions.concern_here([i for i, _ in theirs])):
            self._settled = False
            self.catalogue.set_meta("dirty", "1")
        mine = [change for _, entry in entries if self._who(entry) == HERE for change in entry.changes]
        self._drop_contents([change.replaces for change in mine if change.replaces])
        failpoints.reach("shared: what was replaced is cleared away")
        with self.catalogue.database.transaction():
            self.catalogue.set_meta(_FOLLOWED, str(number))
            self.catalogue.set_meta(_FOLLOWED_TOKEN, last.token)
        failpoints.reach("shared: entry followed")
        return True

    def _apply_to(
        self, document_id: str, changes: Sequence[tuple[LogEntry, Change]], contents: Mapping[str, Content]
    ) -> bool:
        """Let the catalogue say of one document what these changes make of it, in one transaction."""
        holders = self.catalogue.contributions.holders(document_id)
        key = ""
        for entry, change in changes:
            who = self._who(entry, change)
            holders = holders | {who} if change.has else holders - {who}
            key = change.content or key if holders else ""
        content = None
        if key and key != self.catalogue.contributions.content(document_id):
            content = contents.get(key) or unpack(self._log.content(key))
        missing = bool(key) and content is None and key != self.catalogue.contributions.content(document_id)
        with self.catalogue.database.transaction():
            for entry, change in changes:
                self.catalogue.contributions.put(document_id, self._who(entry, change), entry.name, change.has)
            if content:
                self.catalogue.put_document(content.document, content.content_hash, content.chunks, content.signature)
                self.catalogue.contributions.put_content(document_id, key)
            elif not holders or missing:
                self.catalogue.drop_documents([document_id])
                self.catalogue.contributions.put_content(document_id, "")
        failpoints.reach("shared: document followed")
        return not missing

    def _check_collection(self, entry: LogEntry, change: Change) -> None:
        """Raise IndexFailure for a file that somebody limits to some readers, and this machine does not."""
        for source, _ in change.has.files if change.has else ():
            if change.has and change.has.collection not in (ROOT, collection_of(source, self._collections)):
                raise IndexFailure(
                    f"{entry.name} keeps {source} in the collection {change.has.collection}, which the setting"
                    " collections does not name here; give every machine the same collections"
                )

    def _contribution(
        self, rows: Sequence[FileRow], known: Contribution | None, data_hashes: Mapping[str, str]
    ) -> Contribution:
        good = [row for row in rows if not row.failure]
        files = sorted((row.source, row.failure) for row in rows)
        data_hash = next((data_hashes[row.source] for row in good if row.source in data_hashes), "")
        return Contribution(
            content_hash=known.content_hash if known else good[0].content_hash if good else "",
            data_hash=(known and known.data_hash) or data_hash,
            collection=collection_of(files[0][0], self._collections),
            files=files,
        )

    def _put_contents(self, contents: Mapping[str, Content]) -> None:
        self._log.put_contents({key: pack(content) for key, content in contents.items()}, self._contributor.id)
        failpoints.reach("shared: contents written")
        self._put_vectors(contents)
        failpoints.reach("shared: vectors written")

    def _put_vectors(self, contents: Mapping[str, Content]) -> None:
        self._shared.put_contents([(key, chunk, c.document) for key, c in contents.items() for chunk in c.chunks])

    def _packed_again(self, document_id: str) -> Content:
        catalogue = self.catalogue
        document = replace(catalogue.document(document_id), notes=catalogue.own_notes(document_id), state="ready")
        chunks = sorted(
            catalogue.chunks(sorted(catalogue.chunk_ids(document_id))).values(), key=lambda chunk: chunk.start
        )
        content_hash = catalogue.content_hash(document_id) or ""
        return Content(document, content_hash, tuple(chunks), signature(document.text))

    def _drop_contents(self, keys: Sequence[str]) -> None:
        if keys:
            self._shared.drop_contents(keys)
            self._log.drop_contents(keys)  # last, as they tell what is left to be cleared away

    def _vector_ids(self) -> set[str]:
        contents = self.catalogue.contributions.contents()
        return {
            vector_id(i, key) for document_id, key in contents.items() for i in self.catalogue.chunk_ids(document_id)
        }

    def _standing(self) -> set[str]:
        return set(self.catalogue.contributions.contents().values())

    def _followed(self) -> tuple[int, str]:
        return int(self.catalogue.meta(_FOLLOWED) or "0"), self.catalogue.meta(_FOLLOWED_TOKEN) or ""

    def _who(self, entry: LogEntry, change: Change | None = None) -> str:
        """Whose an entry is, or a change of it."""
        who = (change.of if change else "") or entry.contributor
        return HERE if who == self._contributor.id else who
