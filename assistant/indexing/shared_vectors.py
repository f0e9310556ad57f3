"""The vectors of a shared corpus, in a collection on a Chroma server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ..errors import IndexFailure
from ..records import Document
from .chroma_server import ChromaServer
from .embedding import Vector
from .indexed import IndexedChunk
from .selection import Selection
from .vectors import GRAPH, Vectors, collection_name, metadata

_NAME = "briefing-"
_AT_ONCE = 100
Search = Callable[[Sequence[Vector], int, Selection | None], list[list[str]]]


class SharedVectors(Vectors):
    """A vector's id is that of its chunk and the key of the content it is of, which is never used again.

    So what one machine writes and what another one removes at the same time are never the same. While the server does
    not answer, `instead` searches.
    """

    def __init__(self, server: ChromaServer, fingerprint: str, contributor: str, instead: Search) -> None:
        """Open or make the collection. Raises IndexFailure."""
        self._server = server
        self._contributor = contributor
        self._instead = instead
        self._client = server
        self._collection = server.collection(_NAME + collection_name(fingerprint), {"hnsw": GRAPH})

    def put_contents(self, chunks: Sequence[tuple[str, IndexedChunk, Document]]) -> None:
        """Write the vectors of chunks, each under the chunk's id and the key of the content that it is of."""
        step = self._client.get_max_batch_size()
        for begin in range(0, len(chunks), step):
            some = chunks[begin : begin + step]
            with self._said_in_words():
                self._collection.upsert(
                    ids=[vector_id(chunk.chunk_id, key) for key, chunk, _ in some],
                    embeddings=[chunk.vectors[0] for _, chunk, _ in some],
                    metadatas=[
                        metadata(document) | {"content": key, "contributor": self._contributor}
                        for key, _, document in some
                    ],
                )

    def drop_contents(self, keys: Sequence[str]) -> None:
        """Remove all vectors of contents."""
        for begin in range(0, len(keys), _AT_ONCE):
            with self._said_in_words():
                self._collection.delete(where={"content": {"$in": list(keys[begin : begin + _AT_ONCE])}})

    def search(self, vectors: Sequence[Vector], limit: int, selection: Selection | None) -> list[list[str]]:
        """See Vectors. An id may be one that the catalogue does not know yet, or no longer."""
        try:
            found = super().search(vectors, limit, selection)
        except IndexFailure:
            return self._instead(vectors, limit, selection)
        return [list(dict.fromkeys(chunk_id(each) for each in ids)) for ids in found]

    def close(self) -> None:
        """Let go of the server."""
        self._server.close()

    @contextmanager
    def _said_in_words(self) -> Iterator[None]:
        with self._server.said_in_words():
            yield


def vector_id(chunk_id: str, content: str) -> str:
    """The id of a chunk's vector."""
    return f"{chunk_id}.{content}"


def chunk_id(vector_id: str) -> str:
    """The chunk whose vector it is."""
    return vector_id.partition(".")[0]
