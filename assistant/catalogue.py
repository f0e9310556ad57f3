"""What the index holds besides vectors, in SQLite: documents, their files, chunks and the lexical index (FTS5)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .chunking import Chunk
from .database import Database
from .errors import UnknownDocument
from .records import Document, Filters
from .sentences import Span

CATALOGUE_VERSION = 1
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (
    document_id TEXT PRIMARY KEY,
    content_hash TEXT NOT NULL,
    record TEXT NOT NULL,
    text TEXT NOT NULL,
    publisher TEXT,
    published TEXT
);
CREATE TABLE files (
    source TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    document_id TEXT,
    failure TEXT
);
CREATE INDEX files_by_document ON files (document_id);
CREATE TABLE chunks (
    row INTEGER PRIMARY KEY,
    chunk_id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    section TEXT NOT NULL,
    sentences TEXT NOT NULL
);
CREATE INDEX chunks_by_document ON chunks (document_id, start);
CREATE VIRTUAL TABLE lexical USING fts5 (header, body, tokenize = 'porter unicode61 remove_diacritics 2')
"""


@dataclass(frozen=True, slots=True)
class FileRow:
    """What the catalogue remembers of a file of the corpus folder."""

    source: str
    size: int
    mtime_ns: int
    settled: bool
    """Whether the file was old enough when read that a later change must show in its time or size."""
    content_hash: str
    document_id: str | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A chunk as found again: its place in its document and its sentences."""

    chunk_id: str
    document_id: str
    start: int
    end: int
    section: str
    sentences: tuple[Span, ...]
    text: str


class Catalogue:
    """The SQLite half of the index. It is derived: deleting its file loses nothing."""

    def __init__(self, data_dir: Path) -> None:
        path = data_dir / "catalogue.sqlite"
        self._database = Database(path, _SCHEMA, CATALOGUE_VERSION)
        if self._database.found_version != CATALOGUE_VERSION:
            self._database.close()
            for ending in ("", "-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
            self._database = Database(path, _SCHEMA, CATALOGUE_VERSION)

    def meta(self, key: str) -> str | None:
        """A remembered word, such as the embedder's fingerprint."""
        rows = self._database.query("SELECT value FROM meta WHERE key = ?", key)
        return str(rows[0]["value"]) if rows else None

    def set_meta(self, key: str, value: str) -> None:
        """Remember a word."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def files(self) -> dict[str, FileRow]:
        """All known files by source."""
        rows = self._database.query("SELECT * FROM files")
        return {row["source"]: FileRow(**{**dict(row), "settled": bool(row["settled"])}) for row in rows}

    def put_files(self, rows: Iterable[FileRow]) -> None:
        """Remember these files, in place of what was known of them."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(r.source, r.size, r.mtime_ns, r.settled, r.content_hash, r.document_id, r.failure) for r in rows],
            )

    def forget_files(self, sources: Iterable[str]) -> None:
        """Forget files that are no longer there; their documents are not touched."""
        with self._database.transaction() as connection:
            connection.executemany("DELETE FROM files WHERE source = ?", [(source,) for source in sources])

    def put_document(self, document: Document, content_hash: str, chunks: Sequence[tuple[str, Chunk]]) -> None:
        """Write a document and its chunks in one transaction, in place of its earlier version."""
        record = replace(document, text="", sources=[]).to_dict()
        published = document.published.isoformat() if document.published else None
        with self._database.transaction() as connection:
            _delete_document(connection, document.document_id)
            connection.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?)",
                (document.document_id, content_hash, json.dumps(record), document.text, document.publisher, published),
            )
            for chunk_id, chunk in chunks:
                spans = json.dumps([(s.start, s.end, s.heading) for s in chunk.sentences])
                cursor = connection.execute(
                    'INSERT INTO chunks (chunk_id, document_id, start, "end", section, sentences)'
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (chunk_id, document.document_id, chunk.start, chunk.end, chunk.section, spans),
                )
                body = document.text[chunk.start : chunk.end]
                connection.execute(
                    "INSERT INTO lexical (rowid, header, body) VALUES (?, ?, ?)", (cursor.lastrowid, chunk.header, body)
                )

    def drop_documents(self, document_ids: Iterable[str]) -> None:
        """Remove documents with their chunks and lexical rows."""
        with self._database.transaction() as connection:
            for document_id in document_ids:
                _delete_document(connection, document_id)

    def clear(self) -> None:
        """Forget everything but the schema."""
        with self._database.transaction() as connection:
            for table in ("files", "chunks", "lexical", "documents", "meta"):
                connection.execute(f"DELETE FROM {table}")

    def document(self, document_id: str) -> Document:
        """One document with its text. Raises UnknownDocument."""
        rows = self._database.query("SELECT record, text FROM documents WHERE document_id = ?", document_id)
        if not rows:
            raise UnknownDocument(f"the corpus holds no document {document_id!r}; 'assistant list' shows their ids")
        return replace(self._document(rows[0]["record"], document_id), text=rows[0]["text"])

    def documents(self) -> list[Document]:
        """All documents, newest first, undated last, without their text."""
        rows = self._database.query("SELECT document_id, record FROM documents ORDER BY published DESC, document_id")
        return [self._document(row["record"], row["document_id"]) for row in rows]

    def document_hashes(self) -> dict[str, str]:
        """The content hash of every document by id."""
        return {r["document_id"]: r["content_hash"] for r in self._database.query("SELECT * FROM documents")}

    def failures(self) -> dict[str, str]:
        """Why each file that is no document is none."""
        rows = self._database.query("SELECT source, failure FROM files WHERE failure IS NOT NULL ORDER BY source")
        return {row["source"]: row["failure"] for row in rows}

    def chunk_ids(self, document_id: str | None = None) -> set[str]:
        """The ids of all chunks, or of one document's."""
        where, values = ("WHERE document_id = ?", (document_id,)) if document_id else ("", ())
        return {row["chunk_id"] for row in self._database.query(f"SELECT chunk_id FROM chunks {where}", *values)}

    def chunks(self, chunk_ids: Sequence[str]) -> list[ChunkRow]:
        """Chunks by id, in the order asked for; an id that is gone is left out."""
        marks = ",".join("?" * len(chunk_ids))
        rows = self._database.query(
            'SELECT c.*, substr(d.text, c.start + 1, c."end" - c.start) AS text'
            f" FROM chunks c JOIN documents d USING (document_id) WHERE chunk_id IN ({marks})",
            *chunk_ids,
        )
        found = {row["chunk_id"]: _chunk_row(row) for row in rows}
        return [found[chunk_id] for chunk_id in chunk_ids if chunk_id in found]

    def lexical_search(self, terms: Sequence[str], limit: int, document_ids: Sequence[str] | None) -> list[str]:
        """Ids of the chunks with most of the terms by BM25, best first; headers count like text."""
        if not terms:
            return []
        match = " OR ".join('"' + term.replace('"', "") + '"' for term in terms)
        within, values = _within("c.document_id", document_ids)
        rows = self._database.query(
            "SELECT c.chunk_id FROM lexical JOIN chunks c ON c.row = lexical.rowid"
            f" WHERE lexical MATCH ?{within} ORDER BY bm25(lexical) LIMIT ?",
            match,
            *values,
            limit,
        )
        return [row["chunk_id"] for row in rows]

    def chunk_frequencies(self, terms: Sequence[str]) -> tuple[list[int], int]:
        """In how many chunks each term occurs, and how many chunks there are."""
        counts = [
            int(self._database.query("SELECT count(*) FROM lexical WHERE lexical MATCH ?", f'"{term}"')[0][0])
            for term in (t.replace('"', "") for t in terms)
        ]
        return counts, int(self._database.query("SELECT count(*) FROM chunks")[0][0])

    def select(self, filters: Filters) -> tuple[list[str], int]:
        """Ids of the documents that pass, and how many undated ones a date filter left out."""
        rows = self._database.query("SELECT document_id, publisher, published FROM documents")
        sources = {r["source"]: r["document_id"] for r in self._database.query("SELECT source, document_id FROM files")}
        named = {sources.get(source) for source in filters.sources}
        passing = [
            row
            for row in rows
            if (not filters.publishers or row["publisher"] in filters.publishers)
            and (not filters.sources or row["document_id"] in named)
            and (not filters.document_ids or row["document_id"] in filters.document_ids)
        ]
        if not filters.dated:
            return [row["document_id"] for row in passing], 0
        first = filters.published_from.isoformat() if filters.published_from else ""
        latest = [day.isoformat() for day in (filters.published_to, filters.as_of) if day]
        last = min(latest, default="9999-12-31")
        dated = [row for row in passing if row["published"]]
        inside = [row["document_id"] for row in dated if first <= row["published"] <= last]
        return inside, len(passing) - len(dated)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _document(self, record: str, document_id: str) -> Document:
        rows = self._database.query("SELECT source FROM files WHERE document_id = ? ORDER BY source", document_id)
        return replace(Document.from_dict(json.loads(record)), sources=[row["source"] for row in rows])


def _delete_document(connection: sqlite3.Connection, document_id: str) -> None:
    connection.execute(
        "DELETE FROM lexical WHERE rowid IN (SELECT row FROM chunks WHERE document_id = ?)", (document_id,)
    )
    connection.execute("DELETE FROM chunks WHERE document_id = ?", (document_id,))
    connection.execute("DELETE FROM documents WHERE document_id = ?", (document_id,))


def _chunk_row(row: sqlite3.Row) -> ChunkRow:
    spans = tuple(Span(start, end, bool(heading)) for start, end, heading in json.loads(row["sentences"]))
    return ChunkRow(row["chunk_id"], row["document_id"], row["start"], row["end"], row["section"], spans, row["text"])


def _within(column: str, document_ids: Sequence[str] | None) -> tuple[str, tuple[str, ...]]:
    """A condition for a set of ids; as JSON, so that it may be larger than SQLite's limit on values."""
    if document_ids is None:
        return "", ()
    return f" AND {column} IN (SELECT value FROM json_each(?))", (json.dumps(list(document_ids)),)
