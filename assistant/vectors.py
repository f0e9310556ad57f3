"""The vectors, in Chroma: one collection for each embedder, so that vectors of two are never mixed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .errors import IndexFailure

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
                name, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
            )
        except Exception as error:  # noqa: BLE001 - Chroma raises Exception, RuntimeError and Rust panics
            raise IndexFailure(
                f"cannot open the vectors in {folder} ({error}); delete {data_dir} and sync again"
            ) from None

    def put(self, ids: Sequence[str], vectors: Sequence[Sequence[float]], document_ids: Sequence[str]) -> None:
        """Write vectors, each under its chunk's id; one that is there is replaced."""
        step = int(self._client.get_max_batch_size())
        for begin in range(0, len(ids), step):
            part = slice(begin, begin + step)
            self._collection.upsert(
                ids=list(ids[part]),
                embeddings=list(vectors[part]),
                metadatas=[{"document_id": document_id} for document_id in document_ids[part]],
            )

    def drop(self, ids: Sequence[str]) -> None:
        """Remove vectors; ids that are not there are ignored."""
        step = int(self._client.get_max_batch_size())
        for begin in range(0, len(ids), step):
            self._collection.delete(ids=list(ids[begin : begin + step]))

    def search(self, vector: Sequence[float], limit: int, document_ids: Sequence[str] | None) -> dict[str, float]:
        """Cosine similarity (-1..1) of the nearest chunks by id, best first."""
        where = None if document_ids is None else {"document_id": {"$in": list(document_ids)}}
        found = self._collection.query(
            query_embeddings=[list(vector)], n_results=limit, where=where, include=["distances"]
        )
        return {i: 1.0 - d for i, d in zip(found["ids"][0], found["distances"][0], strict=True)}

    def similarities(self, vector: Sequence[float], ids: Sequence[str]) -> dict[str, float]:
        """Cosine similarity of the chunks named."""
        if not ids:
            return {}
        found = self._collection.get(ids=list(ids), include=["embeddings"])
        import numpy as np

        return dict(zip(found["ids"], (found["embeddings"] @ np.asarray(vector)).tolist(), strict=True))

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
