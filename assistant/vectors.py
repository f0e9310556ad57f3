"""The vectors, in Chroma: one collection for each embedder, so that vectors of two are never mixed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .catalogue import Selection, day_number
from .embedding import Vector
from .errors import IndexFailure
from .records import Document

_READ_AT_ONCE = 10_000


class Vectors:
    """A Chroma collection in cosine space. Only one process may hold a folder open: the owner."""

    def __init__(self, data_dir: Path, fingerprint: str) -> None:
        """Open or make the collection. Raises IndexFailure."""
        import chromadb
        from chromadb.config import Settings as ChromaSettings

        folder = data_dir / "chroma"
        name = "chunks-" + hashlib.sha256(fingerprint.encode()).hexdigest()[:16]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._client: Any = chromadb.PersistentClient(str(folder), ChromaSettings(anonymized_telemetry=False))
            for other in self._client.list_collections():
                if other.name != name:
                    self._client.delete_collection(other.name)
            self._collection: Any = self._client.get_or_create_collection(
                name,
                configuration={"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200}},
                embedding_function=None,
            )
        except Exception as error:  # noqa: BLE001 - Chroma raises Exception, RuntimeError and its own errors
            raise IndexFailure(
                f"cannot open the vectors in {folder} ({error}); delete {data_dir} and sync again"
            ) from None

    def put(self, ids: Sequence[str], vectors: Sequence[Vector], documents: Sequence[Document]) -> None:
        """Write vectors, each under its chunk's id; one that is there is replaced."""
        step = int(self._client.get_max_batch_size())
        for begin in range(0, len(ids), step):
            part = slice(begin, begin + step)
            self._collection.upsert(
                ids=list(ids[part]), embeddings=list(vectors[part]), metadatas=list(map(_metadata, documents[part]))
            )

    def drop(self, ids: Sequence[str]) -> None:
        """Remove vectors; ids that are not there are ignored."""
        step = int(self._client.get_max_batch_size())
        for begin in range(0, len(ids), step):
            self._collection.delete(ids=list(ids[begin : begin + step]))

    def search(self, vectors: Sequence[Vector], limit: int, selection: Selection | None) -> list[list[str]]:
        """For each vector the ids of the nearest chunks, best first."""
        if selection and selection.document_ids == ():
            return [[] for _ in vectors]
        found = self._collection.query(
            query_embeddings=list(vectors), n_results=limit, where=_where(selection), include=[]
        )
        ids: list[list[str]] = found["ids"]
        return ids

    def ids(self) -> set[str]:
        """The ids of all chunks that have a vector."""
        found: set[str] = set()
        for offset in range(0, self._collection.count(), _READ_AT_ONCE):
            found.update(self._collection.get(limit=_READ_AT_ONCE, offset=offset, include=[])["ids"])
        return found

    def count(self) -> int:
        """How many vectors there are."""
        return int(self._collection.count())

    def close(self) -> None:
        """Let go of the folder."""
        self._client.close()


def _metadata(document: Document) -> dict[str, str | int]:
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
    return {"$and": conditions}
