"""A chunk as the catalogue keeps it, and as a row of its table."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..language.sentences import Span

_KEPT_AS = np.float16
_EDGES_AS, _EDGES = np.int32, 4
"""Of a span: start, end, whether it is a heading, whether it leans on the one before."""


@dataclass(frozen=True, eq=False)
class IndexedChunk:
    """A chunk with what a search reads of it."""

    chunk_id: str
    document_id: str
    start: int
    end: int
    section: str
    spans: tuple[Span, ...]
    terms: tuple[str, ...]
    """Stems, joined by spaces: first the title's and section's, then those of each span."""
    vectors: NDArray[np.float32]
    """The chunk's own, then one for each span, of length 1: (1 + spans, dimensions)."""

    @cached_property
    def span_stems(self) -> tuple[frozenset[str], ...]:
        """The stems of each span with the title's and the section's."""
        header, *spans = [frozenset(part.split()) for part in self.terms]
        return tuple(header | span for span in spans)

    @cached_property
    def stems(self) -> frozenset[str]:
        """All stems."""
        return frozenset(" ".join(self.terms).split())

    @cached_property
    def own_stems(self) -> frozenset[str]:
        """The stems of the text without title and section."""
        return frozenset(" ".join(self.terms[1:]).split())


def rounded(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors with the digits that the catalogue keeps, so that they are the same before and after it."""
    return vectors.astype(_KEPT_AS).astype(np.float32)


def vector_bytes(vector: NDArray[np.float32]) -> int:
    """How long a vector is as the catalogue keeps it."""
    return len(vector) * np.dtype(_KEPT_AS).itemsize


def own_vector(spans: bytes, vectors: bytes) -> NDArray[np.float32]:
    """The chunk's own vector of those that its row keeps: it stands before those of its spans."""
    count = len(spans) // (np.dtype(_EDGES_AS).itemsize * _EDGES) + 1
    whole = np.frombuffer(vectors, dtype=_KEPT_AS)
    return whole[: len(whole) // count].astype(np.float32)


def nearest(kept: Sequence[bytes], vectors: Sequence[NDArray[np.float32]], limit: int) -> list[list[int]]:
    """For each vector the places of the nearest of those kept, by cosine, best first."""
    if not kept:
        return [[] for _ in vectors]
    all_kept = np.frombuffer(b"".join(kept), dtype=_KEPT_AS).reshape(len(kept), -1).astype(np.float32)
    return [np.argsort(-(all_kept @ vector), kind="stable")[:limit].tolist() for vector in vectors]


COLUMNS = ("chunk_id", "document_id", "start", "end", "section", "spans", "terms", "vectors")
"""Of a chunk's row, less its number, in the order of `chunk_values`."""
NAMED = ", ".join(f'"{column}"' for column in COLUMNS)
"""The same as SQL names them."""


def chunk_values(chunk: IndexedChunk) -> tuple[object, ...]:
    """The row of a chunk: the values of COLUMNS."""
    spans = np.array([(s.start, s.end, s.heading, s.leans) for s in chunk.spans], dtype=_EDGES_AS)
    place = (chunk.chunk_id, chunk.document_id, chunk.start, chunk.end, chunk.section)
    return (*place, spans.tobytes(), "\n".join(chunk.terms), chunk.vectors.astype(_KEPT_AS).tobytes())


def indexed_chunk(row: sqlite3.Row | Mapping[str, Any]) -> IndexedChunk:
    """The chunk that `chunk_values` made the row of."""
    edges = np.frombuffer(row["spans"], dtype=_EDGES_AS).reshape(-1, _EDGES).tolist()
    vectors = np.frombuffer(row["vectors"], dtype=_KEPT_AS).reshape(len(edges) + 1, -1).astype(np.float32)
    return IndexedChunk(
        chunk_id=row["chunk_id"],
        document_id=row["document_id"],
        start=row["start"],
        end=row["end"],
        section=row["section"],
        spans=tuple(Span(start, end, bool(heading), bool(leans)) for start, end, heading, leans in edges),
        terms=tuple(row["terms"].split("\n")),
        vectors=vectors,
    )


def digest(row: Sequence[object], chunks: Iterable[Sequence[object]]) -> str:
    """SHA-256 of a document's row and those of its chunks, as they are written."""
    digest = hashlib.sha256()
    for value in (*row, *(value for chunk in chunks for value in chunk)):
        digest.update(value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()
