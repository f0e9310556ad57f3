"""The vectors, in Chroma: one collection for each embedder, so that vectors of two are never mixed."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import DamagedFile, IndexFailure, first_line
from ..records import Document
from .embedding import Vector
from .schema import VECTORS
from .selection import Selection, day_number

GRAPH = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}
"""With Chroma's 16 neighbours a search misses some of many nearly equal vectors; with 32, hardly one."""
_READ_AT_ONCE = 10_000
NAMED_AT_ONCE = 10_000
"""Documents that one query may name: SQLite limits the values of a statement."""
_NO_ROOM = re.compile(r"disk is full|no space left", re.IGNORECASE)
_ROOM = 100_000
"""Bytes: with less free, what went wrong is put down to the full disk."""


class Vectors:
    """A Chroma collection in cosine space. Only one process may hold a folder open: the owner.

    Raises DamagedFile where Chroma cannot work with what is in the folder, and IndexFailure where the disk is full.
    """

    def __init__(self, data_dir: Path, fingerprint: str) -> None:
        """Open or make the collection."""
        self.folder = data_dir / VECTORS
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IndexFailure(f"cannot make {self.folder} ({error.strerror}); check its permissions") from None
        with self._said_in_words():
            self._client: Any = client(self.folder)
            self._name = collection_name(fingerprint)
            for other in self._client.list_collections():
                if other.name != self._name:
                    self._client.delete_collection(other.name)
            self._collection = self._opened()

    def _opened(self) -> Any:
        return self._client.get_or_create_collection(self._name, configuration={"hnsw": GRAPH}, embedding_function=None)

    def clear(self) -> None:
        """Remove all vectors, and the graph with them: in one full of removed ones a search misses others."""
        with self._said_in_words():
            self._client.delete_collection(self._name)
            self._collection = self._opened()

    def put(self, ids: Sequence[str], vectors: Sequence[Vector], documents: Sequence[Document]) -> None:
        """Write vectors, each under its chunk's id; one that is there is replaced."""
        with self._said_in_words():
            step = int(self._client.get_max_batch_size())
            for begin in range(0, len(ids), step):
                part = slice(begin, begin + step)
                self._collection.upsert(
                    ids=list(ids[part]), embeddings=list(vectors[part]), metadatas=list(map(metadata, documents[part]))
                )

    def drop(self, ids: Sequence[str]) -> None:
        """Remove vectors; ids that are not there are ignored."""
        with self._said_in_words():
            step = int(self._client.get_max_batch_size())
            for begin in range(0, len(ids), step):
                self._collection.delete(ids=list(ids[begin : begin + step]))

    def search(self, vectors: Sequence[Vector], limit: int, selection: Selection | None) -> list[list[str]]:
        """For each vector the ids of the nearest chunks, best first."""
        nearest: list[list[tuple[float, str]]] = [[] for _ in vectors]
        for some in _in_parts(selection):
            with self._said_in_words():
                found = self._collection.query(
                    query_embeddings=list(vectors), n_results=limit, where=_where(some), include=["distances"]
                )
            for known, distances, ids in zip(nearest, found["distances"], found["ids"], strict=True):
                known.extend(zip(distances, ids, strict=True))
        return [[chunk_id for _, chunk_id in sorted(known, key=_distance)[:limit]] for known in nearest]

    def ids(self) -> set[str]:
        """The ids of all chunks that have a vector."""
        found: set[str] = set()
        with self._said_in_words():
            for offset in range(0, self._collection.count(), _READ_AT_ONCE):
                found.update(self._collection.get(limit=_READ_AT_ONCE, offset=offset, include=[])["ids"])
        return found

    def count(self) -> int:
        """How many vectors there are."""
        with self._said_in_words():
            return int(self._collection.count())

    def close(self) -> None:
        """Let go of the folder."""
        with self._said_in_words():
            self._client.close()

    _is_open = True
    """Whether the client is one that can be used; else the next call opens the folder anew."""

    def _reopen(self) -> None:
        """Open the folder anew: after a full disk a client may keep a lock, on which its next write waits for ever."""
        self._is_open = False
        with suppress(Exception):  # it is let go of either way
            self._client.close()
        self._client = client(self.folder)
        self._collection = self._opened()
        self._is_open = True

    @contextmanager
    def _said_in_words(self) -> Iterator[None]:
        try:
            if not self._is_open:
                self._reopen()
            yield
        except BaseException as error:
            # Chroma raises Exception, RuntimeError, its own errors and, from Rust, a panic that is no Exception
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            reason = first_line(error)[:200]
            if _NO_ROOM.search(reason) or shutil.disk_usage(self.folder.parent).free < _ROOM:
                with suppress(Exception):  # while there is no room that may fail, too; the next call tries again
                    self._reopen()
                raise IndexFailure(
                    f"cannot write {self.folder}: the disk is full; make room, then sync again"
                ) from None
            raise DamagedFile.of(self.folder, reason) from None


def client(folder: Path) -> Any:
    """A client on Chroma's folder, which does not phone home."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    return chromadb.PersistentClient(str(folder), ChromaSettings(anonymized_telemetry=False))


def collection_name(fingerprint: str) -> str:
    """The name of the collection of an embedder; another way to build the graph is another collection, too."""
    made_of = f"{fingerprint} {sorted(GRAPH.items())}"
    return "chunks-" + hashlib.sha256(made_of.encode()).hexdigest()[:16]


def _distance(found: tuple[float, str]) -> float:
    return found[0]


def _in_parts(selection: Selection | None) -> Iterator[Selection | None]:
    """The selection in parts that name no more documents than one statement of SQLite may."""
    if selection is None or selection.document_ids is None:
        yield selection
        return
    for begin in range(0, len(selection.document_ids), NAMED_AT_ONCE):
        yield replace(selection, document_ids=selection.document_ids[begin : begin + NAMED_AT_ONCE])


def metadata(document: Document) -> dict[str, str | int]:
    """What a search may be limited by, of the document that a vector belongs to."""
    return {
        "document_id": document.document_id,
        "publisher": document.publisher or "",
        "published": day_number(document),
    }


def _where(selection: Selection | None) -> dict[str, Any] | None:
    if selection is None:
        return None
    conditions: list[dict[str, Any]] = [
        {"published": {"$gte": selection.first_day}},
        {"published": {"$lte": selection.last_day}},
    ]
    if selection.publishers:
        conditions.append({"publisher": {"$in": list(selection.publishers)}})
    if selection.document_ids is not None:
        conditions.append({"document_id": {"$in": list(selection.document_ids)}})
    if selection.without:
        conditions.append({"document_id": {"$nin": list(selection.without)}})
    return {"$and": conditions}
