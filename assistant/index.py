"""The index: catalogue and vectors, kept in step. Everything in it can be made again from the corpus folder."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .catalogue import Catalogue
from .chunking import CHUNKING_VERSION, Chunk, chunk
from .embedding import Embedder
from .records import Document, Progress
from .vectors import Vectors

_EMBED_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Entry:
    """A document to be indexed and the hash of the file it came from."""

    document: Document
    content_hash: str


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
        wanted = {"embedder": self.embedder.fingerprint, "chunking": str(CHUNKING_VERSION)}
        found = {key: self.catalogue.meta(key) for key in wanted}
        if found == wanted:
            return ""
        self.catalogue.clear()
        for key, value in wanted.items():
            self.catalogue.set_meta(key, value)
        self.catalogue.set_meta("dirty", "1")
        changed = [
            f"the {key} changed from {found[key]} to {wanted[key]}" for key in wanted if found[key] != wanted[key]
        ]
        return "" if not any(found.values()) else "the index was rebuilt: " + "; ".join(changed)

    def put(self, entries: Sequence[Entry], progress: Callable[[Progress], None]) -> None:
        """Index documents in place of their earlier versions, in groups that bound memory."""
        group: list[tuple[Entry, list[tuple[str, Chunk]]]] = []
        for entry in entries:
            group.append((entry, self._chunks(entry.document)))
            if sum(len(chunks) for _, chunks in group) >= _EMBED_AT_ONCE:
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
        broken = {row.document_id for row in self.catalogue.chunks(sorted(rows - vectors))}
        self.catalogue.drop_documents(broken)

    def finish(self) -> None:
        """After a sync that went to its end: both halves agree."""
        if self.catalogue.meta("dirty") != "0":
            self.catalogue.set_meta("dirty", "0")

    def close(self) -> None:
        """Let go of both halves."""
        self.catalogue.close()
        self.vectors.close()

    def _chunks(self, document: Document) -> list[tuple[str, Chunk]]:
        seen: Counter[str] = Counter()
        found = []
        for part in chunk(
            document.text, document.title, document.published, self.embedder.count_tokens, self.embedder.window
        ):
            embedded = part.embedded(document.text)
            seen[embedded] += 1
            name = f"{document.document_id}\0{embedded}\0{seen[embedded]}"
            found.append((hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:24], part))
        return found

    def _write(
        self, group: Sequence[tuple[Entry, list[tuple[str, Chunk]]]], progress: Callable[[Progress], None]
    ) -> None:
        if not group:
            return
        self.catalogue.set_meta("dirty", "1")
        before = {i for entry, _ in group for i in self.catalogue.chunk_ids(entry.document.document_id)}
        new = [(e.document, i, c) for e, chunks in group for i, c in chunks if i not in before]
        vectors = self.embedder.embed([part.embedded(document.text) for document, _, part in new], progress)
        self.vectors.put([i for _, i, _ in new], vectors, [document.document_id for document, _, _ in new])
        for entry, chunks in group:
            self.catalogue.put_document(entry.document, entry.content_hash, chunks)
        after = {i for _, chunks in group for i, _ in chunks}
        self.vectors.drop(sorted(before - after))
