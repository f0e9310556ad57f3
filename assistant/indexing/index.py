"""The index: catalogue and vectors, kept in step. Everything in it can be made again from the corpus folder."""

from __future__ import annotations

import copy
import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..access import Scope
from ..errors import DamagedFile, IndexFailure
from ..formats import FORMATS_VERSION
from ..language.terms import content
from ..records import Document, OnProgress, Progress
from ..storage import failpoints
from ..storage.database import discard, version_of
from ..storage.moving import delete_folder
from . import seal
from .catalogue import Catalogue, FileRow
from .chunking import CHUNKING_VERSION, Chunk, chunk, spans_of
from .embedding import Embedder, Embedding, Spans, Vector
from .indexed import IndexedChunk, rounded
from .narrowed import NarrowedCatalogue, NarrowedVectors
from .probing import problems
from .schema import CATALOGUE, CATALOGUE_VERSION, VECTORS
from .similarity import signature
from .vectors import Vectors

Embed = Callable[[Sequence[str], Sequence[Spans], OnProgress], list[Embedding]]
_EMBED_AT_ONCE = 256
_PUT_AT_ONCE = 2_000
SHARED_LOG = "shared log"
"""The name under which an index that follows one remembers which it is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document to be indexed, the hash of the file it came from, its path, and which document its bytes are."""

    document: Document
    content_hash: str
    source: str = ""
    data_hash: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """An entry and its chunks by id."""

    entry: Entry
    chunks: dict[str, Chunk]

    def rows(self, vectors: Mapping[str, Vector]) -> list[IndexedChunk]:
        """The chunks as the catalogue keeps them."""
        return [_indexed(i, part, self.entry.document, vectors[i]) for i, part in self.chunks.items()]


class Index:
    """Catalogue and vectors. The catalogue is written in transactions and knows every vector; Chroma follows it.

    Writes go to the vectors first and to the catalogue last, and `dirty` stands while they differ. A chunk's id is made
    of what is embedded for it, so a chunk that did not change keeps its vector. An index that was not closed, or was
    touched since, is looked through when it is opened, and what is damaged is made again: vectors from the catalogue,
    the catalogue by the next sync.
    """

    def __init__(
        self,
        data_dir: Path,
        embedder: Embedder,
        progress: OnProgress = lambda _: None,
        *,
        read_only: bool = False,
    ) -> None:
        """Open or make the index; `progress` hears what takes long. Raises IndexFailure.

        One that was prepared to be read only is used as it is: where that cannot be, it is an error.
        """
        self.embedder = embedder
        self._read_only = read_only
        self.mended = ""
        """What was made again, and why, in words; until somebody has been told."""
        self._data_dir = data_dir
        self._narrowing = threading.Lock()
        self._narrowed: dict[Scope, Index] = {}
        self._is_closed = False
        was_closed, as_it_was = seal.was_closed(data_dir), seal.holds(data_dir)
        seal.open_(data_dir)
        failpoints.reach("index: seal taken away")
        self.catalogue = self._open_catalogue(look_closer=not as_it_was)
        with ExitStack() as half:
            half.callback(self.catalogue.close)
            self.mended = self.mended or self._begin_anew_if_outdated()
            if was_closed and not as_it_was and not self.mended and not self.catalogue.document_count():
                self.mended = "the catalogue was gone, and is made again from the articles"
            self.vectors = self._open_vectors(progress, look_closer=not as_it_was)
            half.callback(self.vectors.close)
            self.begin(progress)
            half.pop_all()

    def _open_catalogue(self, *, look_closer: bool) -> Catalogue:
        if self._read_only and (version := version_of(self._data_dir / CATALOGUE)) != CATALOGUE_VERSION:
            raise IndexFailure(
                f"the prepared index has format {version}, this assistant knows {CATALOGUE_VERSION}; prepare it again"
            )
        try:
            catalogue = Catalogue(self._data_dir)
        except DamagedFile as damage:
            reason = damage.reason
        else:
            found = catalogue.problems() if look_closer else []
            if not found:
                return catalogue
            catalogue.close()
            reason = found[0]
        if self._read_only:
            raise IndexFailure(
                f"the copy {self._data_dir} of the prepared index is damaged ({reason}); run 'assistant stop', delete"
                " that folder and try again, or prepare the index again"
            )
        discard(self._data_dir / CATALOGUE)
        failpoints.reach("index: damaged catalogue deleted")
        self.mended = f"the catalogue was damaged ({reason}), and is made again from the articles"
        return Catalogue(self._data_dir)

    def _open_vectors(self, progress: OnProgress, *, look_closer: bool) -> Vectors:
        if look_closer:
            self._discard_damaged_vectors(progress)
        return Vectors(self._data_dir, self.embedder.fingerprint)

    def _discard_damaged_vectors(self, progress: OnProgress) -> None:
        count = len(self.catalogue.chunk_ids())
        if not count:
            return
        progress(Progress("looking through the index, which was not closed"))
        gone = not (self._data_dir / VECTORS).is_dir()
        settled = self.catalogue.meta("dirty") == "0"  # else some may be missing, of a sync that was cut off
        fingerprint = self.embedder.fingerprint
        found = ["they were gone"] if gone else problems(self._data_dir, fingerprint, count, all_there=settled)
        if found:
            delete_folder(self._data_dir / VECTORS)
            failpoints.reach("index: damaged vectors deleted")
            self.mended = self.mended or f"the vectors were damaged ({found[0]}), and were made again"

    @property
    def _made_of(self) -> dict[str, str]:
        """What an index depends on besides the documents."""
        versions = {"chunking": str(CHUNKING_VERSION), "parsing": str(FORMATS_VERSION)}
        return {"embedder": self.embedder.fingerprint, **versions, SHARED_LOG: ""}

    def _begin_anew_if_outdated(self) -> str:
        wanted = self._made_of
        found = {key: self.catalogue.meta(key) or "" for key in wanted}
        if found == wanted:
            return ""
        if self._read_only:
            other = ", ".join(
                f"{key} {found[key]}, wanted {wanted[key]}" for key in wanted if found[key] != wanted[key]
            )
            raise IndexFailure(f"the prepared index was made otherwise ({other}); prepare it again with these settings")
        self.catalogue.clear()
        failpoints.reach("index: catalogue cleared")
        for key, value in wanted.items():
            self.catalogue.set_meta(key, value)
        self.catalogue.set_meta("dirty", "1")
        changed = [
            f"the {key} changed from {found[key] or 'none'} to {wanted[key] or 'none'}"
            for key in wanted
            if any(found.values()) and found[key] != wanted[key]
        ]
        if self.catalogue.former_version is not None:
            changed = [f"the catalogue's format changed from {self.catalogue.former_version} to {CATALOGUE_VERSION}"]
        return "the index was rebuilt: " + "; ".join(changed) if changed else ""

    def seen_by(self, scope: Scope | None) -> Index:
        """The index as somebody sees it who may see no more than the scope; itself for None. It is only read."""
        if scope is None:
            return self
        with self._narrowing:
            if self._is_closed:
                raise IndexFailure("the index was closed meanwhile; try again")
            if scope not in self._narrowed:
                catalogue = NarrowedCatalogue(self.catalogue, scope)
                view = copy.copy(self)
                view.catalogue, view.vectors = catalogue, NarrowedVectors(self.vectors, catalogue)
                self._narrowed[scope] = view
            return self._narrowed[scope]

    def put(self, entries: Iterable[Entry], progress: OnProgress, embed: Embed | None = None) -> None:
        """Index documents in place of their earlier versions, in groups that bound memory.

        `embed` stands in for the embedder's own, whose vectors it has to give.
        """
        embed = embed or self.embedder.embed
        group: list[Planned] = []
        for entry in entries:
            group.append(Planned(entry, self._chunks(entry.document)))
            if sum(len(planned.chunks) for planned in group) >= _EMBED_AT_ONCE:
                self._write(group, progress, embed)
                group = []
        self._write(group, progress, embed)

    def drop(self, document_ids: Sequence[str]) -> None:
        """Remove documents from both halves."""
        if not document_ids:
            return
        self.catalogue.set_meta("dirty", "1")
        gone = [chunk_id for document_id in document_ids for chunk_id in self.catalogue.chunk_ids(document_id)]
        self.catalogue.drop_documents(document_ids)
        failpoints.reach("index: documents dropped")
        self.vectors.drop(gone)

    def begin(self, progress: OnProgress = lambda _: None) -> None:
        """Where a sync was cut off, or vectors are gone, let the vectors be those of the catalogue again."""
        catalogued = self.catalogue.chunk_ids
        if self.catalogue.meta("dirty") != "1" and self.vectors.count() == len(catalogued()):
            return
        vectors, rows = self.vectors.ids(), catalogued()
        if vectors and not vectors & rows:
            self.vectors.clear()
            vectors = set()
        self.vectors.drop(sorted(vectors - rows))
        failpoints.reach("index: vectors dropped that the catalogue does not know")
        missing = sorted(rows - vectors)
        for done in range(0, len(missing), _PUT_AT_ONCE):
            progress(Progress("putting vectors back", done, len(missing)))
            chunks = self.catalogue.chunks(missing[done : done + _PUT_AT_ONCE])
            documents = self.catalogue.described(sorted({chunk.document_id for chunk in chunks.values()}))
            self.vectors.put(
                list(chunks),
                [chunk.vectors[0] for chunk in chunks.values()],
                [documents[chunk.document_id] for chunk in chunks.values()],
            )
            failpoints.reach("index: some vectors put back")

    def take_over(self, path: Path) -> None:
        """Let the catalogue be that of a backup, where it was made like this one. The next sync does the rest."""
        if self.catalogue.take_over(path, self._made_of):
            self.catalogue.set_meta("dirty", "1")

    def finish(self) -> None:
        """After a sync that went to its end: both halves agree."""
        if self.catalogue.meta("dirty") != "0":
            self.catalogue.set_meta("dirty", "0")

    @property
    def settled(self) -> bool:
        """Whether all that was put was taken; else another machine was quicker, and the folder is looked at again."""
        return True

    def hashes(self) -> dict[str, str]:
        """The content hash of each document that this machine's folder gave rise to, by id."""
        return self.catalogue.document_hashes()

    def follow(self, progress: OnProgress = lambda _: None) -> None:
        """Take over what other machines have changed, where the corpus is shared. Raises IndexFailure."""

    def declare(self, rows: Iterable[FileRow], data_hashes: Mapping[str, str]) -> None:
        """Let other machines know which files of this folder hold which documents, where the corpus is shared.

        `data_hashes` are those of the files' bytes, by source.
        """

    def close(self, *, whole: bool = True) -> None:
        """Let go of both halves. One that is not known to be `whole` is looked through at the next start."""
        with self._narrowing:
            self._is_closed = True
            for view in self._narrowed.values():
                view.catalogue.close()
        try:
            self.vectors.close()
        except IndexFailure:
            whole = False
        self.catalogue.close()
        if whole:
            seal.close(self._data_dir)

    def _chunks(self, document: Document) -> dict[str, Chunk]:
        """The document's chunks by id, in order."""
        seen: Counter[str] = Counter()
        found = {}
        embedder = self.embedder
        for part in chunk(document.text, document.title, document.published, embedder.count_tokens, embedder.window):
            embedded = part.embedded(document.text)
            seen[embedded] += 1
            name = f"{document.document_id}\0{document.publisher}\0{embedded}\0{seen[embedded]}"
            found[hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:24]] = part
        return found

    def _write(self, group: Sequence[Planned], progress: OnProgress, embed: Embed) -> None:
        if not group:
            return
        self.catalogue.set_meta("dirty", "1")
        chunks_of = self.catalogue.chunk_ids
        before = {i for planned in group for i in chunks_of(planned.entry.document.document_id)}
        vectors = {i: known.vectors for i, known in self.catalogue.chunks(sorted(before)).items()}
        for planned in group:
            vectors |= self._kept_vectors(planned)
        parts = [(p.entry.document, i, c) for p in group for i, c in p.chunks.items() if i not in before]
        new = [(document, part) for document, i, part in parts if i not in vectors]
        texts = [part.embedded(document.text) for document, part in new]
        embedded = embed(texts, [spans_of(part) for _, part in new], progress)
        fresh = iter(embedded)
        for _, chunk_id, _ in parts:
            if chunk_id not in vectors:
                embedding = next(fresh)
                vectors[chunk_id] = rounded(np.vstack([embedding.vector, *embedding.spans]))
        failpoints.reach("index: embedded")
        self._store(group, before, vectors)

    def _store(self, group: Sequence[Planned], before: set[str], vectors: Mapping[str, Vector]) -> None:
        """Write documents whose chunks have these vectors, in place of those that had the chunks `before`."""
        parts = [(p.entry.document, i) for p in group for i in p.chunks if i not in before]
        self.vectors.put([i for _, i in parts], [vectors[i][0] for _, i in parts], [d for d, _ in parts])
        failpoints.reach("index: vectors written")
        for planned in group:
            entry = planned.entry
            rows = planned.rows(vectors)
            self.catalogue.put_document(entry.document, entry.content_hash, rows, signature(entry.document.text))
            failpoints.reach("index: document written")
        self.vectors.drop(sorted(before - {i for planned in group for i in planned.chunks}))

    def _kept_vectors(self, planned: Planned) -> dict[str, Vector]:
        """For a file that only has another name: the vectors of its chunks, by their new ids.

        A chunk's id covers the title, which a file without one has from its name. The vectors keep the former name's
        share; the words are found under the new one.
        """
        document_id = planned.entry.document.document_id
        if self.catalogue.content_hash(document_id) != planned.entry.content_hash:
            return {}
        former = self.catalogue.chunks(sorted(self.catalogue.chunk_ids(document_id))).values()
        by_place = {(known.start, known.end, known.section): known.vectors for known in former}
        places = {i: (part.start, part.end, part.section) for i, part in planned.chunks.items()}
        return {i: by_place[place] for i, place in places.items() if place in by_place}


def _indexed(chunk_id: str, part: Chunk, document: Document, vectors: Vector) -> IndexedChunk:
    texts = [f"{document.title} {part.section}", *(span.of(document.text) for span in part.sentences)]
    return IndexedChunk(
        chunk_id=chunk_id,
        document_id=document.document_id,
        start=part.start,
        end=part.end,
        section=part.section,
        spans=part.sentences,
        terms=tuple(" ".join(content(text)) for text in texts),
        vectors=vectors,
    )
