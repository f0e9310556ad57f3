"""The index: catalogue and vectors, kept in step. Everything in it can be made again from the corpus folder."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .catalogue import Catalogue, IndexedChunk
from .chunking import CHUNKING_VERSION, Chunk, chunk
from .embedding import Embedder, Vector
from .formats import FORMATS_VERSION
from .records import Document, Progress
from .schema import CATALOGUE_VERSION
from .similarity import signature
from .terms import content
from .vectors import Vectors

_EMBED_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Entry:
    """A document to be indexed and the hash of the file it came from."""

    document: Document
    content_hash: str


@dataclass(frozen=True, slots=True)
class _Planned:
    """An entry and its chunks by id."""

    entry: Entry
    chunks: dict[str, Chunk]


class Index:
    """Writes go to the vectors first and to the catalogue last, and `dirty` stands while they differ.

    A chunk's id is made of what is embedded for it, so a chunk that did not change keeps its vector.
    """

    def __init__(self, data_dir: Path, embedder: Embedder) -> None:
        self.embedder = embedder
        self.catalogue = Catalogue(data_dir)
        self.rebuilt_because = self._begin_anew_if_outdated()
        self.vectors = Vectors(data_dir, embedder.fingerprint)

    def _begin_anew_if_outdated(self) -> str:
        wanted = {
            "embedder": self.embedder.fingerprint,
            "chunking": str(CHUNKING_VERSION),
            "parsing": str(FORMATS_VERSION),
        }
        found = {key: self.catalogue.meta(key) for key in wanted}
        if found == wanted:
            return ""
        self.catalogue.clear()
        for key, value in wanted.items():
            self.catalogue.set_meta(key, value)
        self.catalogue.set_meta("dirty", "1")
        changed = [
            f"the {key} changed from {found[key]} to {wanted[key]}"
            for key in wanted
            if any(found.values()) and found[key] != wanted[key]
        ]
        if self.catalogue.former_version is not None:
            changed = [f"the catalogue's format changed from {self.catalogue.former_version} to {CATALOGUE_VERSION}"]
        return "the index was rebuilt: " + "; ".join(changed) if changed else ""

    def put(self, entries: Iterable[Entry], progress: Callable[[Progress], None]) -> None:
        """Index documents in place of their earlier versions, in groups that bound memory."""
        group: list[_Planned] = []
        for entry in entries:
            group.append(_Planned(entry, self._chunks(entry.document)))
            if sum(len(planned.chunks) for planned in group) >= _EMBED_AT_ONCE:
                self._write(group, progress)
                group = []
        self._write(group, progress)

    def drop(self, document_ids: Sequence[str]) -> None:
        """Remove documents from both halves."""
        if not document_ids:
            return
        self.catalogue.set_meta("dirty", "1")
        gone = [chunk_id for document_id in document_ids for chunk_id in self.catalogue.chunk_ids(document_id)]
        self.catalogue.drop_documents(document_ids)
        self.vectors.drop(gone)

    def begin(self) -> None:
        """Before a sync: where an earlier one was cut off, remove what only one of the halves holds."""
        catalogued = self.catalogue.chunk_ids
        if self.catalogue.meta("dirty") != "1" and self.vectors.count() == len(catalogued()):
            return
        vectors, rows = self.vectors.ids(), catalogued()
        self.vectors.drop(sorted(vectors - rows))
        broken = {chunk.document_id for chunk in self.catalogue.chunks(sorted(rows - vectors)).values()}
        self.catalogue.drop_documents(broken)

    def finish(self) -> None:
        """After a sync that went to its end: both halves agree."""
        if self.catalogue.meta("dirty") != "0":
            self.catalogue.set_meta("dirty", "0")

    def close(self) -> None:
        """Let go of both halves."""
        self.catalogue.close()
        self.vectors.close()

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

    def _write(self, group: Sequence[_Planned], progress: Callable[[Progress], None]) -> None:
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
        embedded = self.embedder.embed(
            [part.embedded(document.text) for document, part in new], [_spans(part) for _, part in new], progress
        )
        fresh = iter(embedded)
        for _, chunk_id, _ in parts:
            if chunk_id not in vectors:
                embedding = next(fresh)
                vectors[chunk_id] = np.vstack([embedding.vector, *embedding.spans])
        self.vectors.put([i for _, i, _ in parts], [vectors[i][0] for _, i, _ in parts], [d for d, *_ in parts])
        for planned in group:
            entry = planned.entry
            rows = [_indexed(i, part, entry.document, vectors[i]) for i, part in planned.chunks.items()]
            self.catalogue.put_document(entry.document, entry.content_hash, rows, signature(entry.document.text))
        self.vectors.drop(sorted(before - {i for planned in group for i in planned.chunks}))

    def _kept_vectors(self, planned: _Planned) -> dict[str, Vector]:
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


def _spans(part: Chunk) -> list[tuple[int, int]]:
    """Where the chunk's sentences stand in what is embedded for it."""
    shift = len(part.header) + 1 - part.start
    return [(span.start + shift, span.end + shift) for span in part.sentences]


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
