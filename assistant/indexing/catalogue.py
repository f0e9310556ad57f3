"""What the index holds besides vectors, in SQLite: documents, their files, chunks and the lexical index (FTS5)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UnknownDocument
from ..language.wording import acronyms
from ..records import Document, Filters, Overview
from ..storage.database import Database, discard
from .contributions import Contributions
from .indexed import NAMED, IndexedChunk, chunk_values, digest, indexed_chunk, nearest, vector_bytes
from .schema import CATALOGUE, CATALOGUE_VERSION, SCHEMA
from .selection import Selection, condition, day_number, selection_of
from .similarity import Signature, link_alike
from .soundness import orphans, problems
from .words import Words

_CHUNKS_KEPT = 1_000
_TABLES = (
    "files",
    "contributions",
    "contributed_files",
    "contents",
    "chunks",
    "acronyms",
    "documents",
    "meta",
)
"""What is emptied to begin anew; the others hang on documents."""


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


class Catalogue:
    """The SQLite half of the index. It is derived: deleting its file loses nothing."""

    def __init__(self, data_dir: Path) -> None:
        path = data_dir / CATALOGUE
        self._chunk_count: int | None = None
        self._kept: dict[str, IndexedChunk] = {}
        self._overview: tuple[int, Overview] | None = None
        """With what had been written by then."""
        self._database = Database(path)
        self.former_version: int | None = None
        """The version of a catalogue that was found, could not be read by this one, and was begun anew."""
        if self._database.version not in (0, CATALOGUE_VERSION):
            self.former_version = self._database.version
            self._database.close()
            discard(path)
            self._database = Database(path)
        if self._database.version == 0:
            self._database.upgrade(SCHEMA, CATALOGUE_VERSION)
        self.words = Words(self._database)

    @property
    def contributions(self) -> Contributions:
        """Which machine has which document, where the corpus is shared; else there are none."""
        return Contributions(self._database)

    @property
    def database(self) -> Database:
        """The file, for another way to look at it."""
        return self._database

    def problems(self, *, thorough: bool = False) -> list[str]:
        """What is wrong with the file: pages, lexical index, and, when `thorough`, every document's digest."""
        return problems(self._database, thorough=thorough)

    def orphans(self) -> list[str]:
        """Documents of no file, and files of no document, as a sync that was cut off leaves them until the next one."""
        return orphans(self._database)

    def unchanging(self) -> AbstractContextManager[None]:
        """While the block runs nothing is written, so that chunks and texts read in it belong together."""
        return self._database.unchanging()

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

    def put_document(
        self,
        document: Document,
        content_hash: str,
        chunks: Sequence[IndexedChunk],
        signature: Signature | None = None,
    ) -> None:
        """Write a document and its chunks in one transaction, in place of its earlier version."""
        record = json.dumps(replace(document, text="", sources=[], similar=[]).to_dict())
        values = [chunk_values(chunk) for chunk in chunks]
        row = (document.document_id, content_hash, record, document.text, document.publisher, day_number(document))
        with self._database.transaction() as connection:
            _delete_document(connection, document.document_id)
            connection.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, digest(row, values)))
            for chunk, known in zip(chunks, values, strict=True):
                cursor = connection.execute(
                    f"INSERT INTO chunks ({NAMED}) VALUES ({', '.join('?' * len(known))})", known
                )
                connection.execute(
                    "INSERT INTO lexical (rowid, terms) VALUES (?, ?)", (cursor.lastrowid, "\n".join(chunk.terms))
                )
            connection.executemany(
                "INSERT INTO acronyms VALUES (?, ?, ?, ?)",
                [(a.letters, " ".join(a.name), a.explained, document.document_id) for a in acronyms(document.text)],
            )
            if signature is not None:
                link_alike(connection, document.document_id, signature)
            self._forget_read()

    def drop_documents(self, document_ids: Iterable[str]) -> None:
        """Remove documents with their chunks and lexical rows."""
        with self._database.transaction() as connection:
            for document_id in document_ids:
                _delete_document(connection, document_id)
            self._forget_read()

    def scrub(self) -> None:
        """Leave nothing in the file of documents that were dropped."""
        with self._database.transaction() as connection:
            connection.execute("INSERT INTO lexical (lexical) VALUES ('optimize')")
        self._database.scrub()

    def clear(self) -> None:
        """Forget everything but the schema."""
        with self._database.transaction() as connection:
            connection.execute("INSERT INTO lexical (lexical) VALUES ('delete-all')")
            for table in _TABLES:
                connection.execute(f"DELETE FROM {table}")
            self._forget_read()

    def _forget_read(self) -> None:
        """Within a transaction: who reads next finds nothing that was read before it."""
        self._chunk_count = None
        self._kept.clear()
        self.words.forget_read()

    def document(self, document_id: str) -> Document:
        """One document with its text. Raises UnknownDocument."""
        rows = self._database.query("SELECT text FROM documents WHERE document_id = ?", document_id)
        if not rows:
            raise UnknownDocument(f"the corpus holds no document {document_id!r}; 'assistant list' shows their ids")
        return replace(self.described([document_id])[document_id], text=rows[0]["text"])

    def documents(self, filters: Filters | None = None) -> list[Document]:
        """All documents that the filters let pass, newest first, undated last, without their text."""
        return list(self.described(self.ids(filters)).values())

    def overview(self) -> Overview:
        """What there is, in figures; remembered until something is written."""
        writes, known = self.writes, self._overview
        if known is None or known[0] != writes:
            rows = self._database.query("SELECT DISTINCT publisher FROM documents WHERE publisher <> ''")
            days = self._database.query(
                "SELECT count(*) AS total, min(nullif(published, 0)) AS oldest, max(nullif(published, 0)) AS newest"
                " FROM documents"
            )[0]
            oldest, newest = (_day(days[name]) for name in ("oldest", "newest"))
            found = Overview(days["total"], oldest, newest, [row["publisher"] for row in rows])
            known = self._overview = (writes, found)
        return known[1]

    def hidden(self) -> frozenset[str]:
        """The ids of the documents that may not be seen here: none, as long as nothing narrows it."""
        return frozenset()

    def ids(self, filters: Filters | None = None, at_most: int = -1) -> list[str]:
        """Ids of the documents that the filters let pass, newest first, undated last."""
        where, values = condition(self.selection(filters)[0] if filters else None)
        query = f"SELECT document_id FROM documents d WHERE 1{where} ORDER BY published DESC, document_id LIMIT ?"
        return [str(row["document_id"]) for row in self._database.query(query, *values, at_most)]

    @property
    def writes(self) -> int:
        """Grows whenever something is written, as long as the file is open: what was read is current while it stays."""
        return self._database.writes

    def described(self, document_ids: Sequence[str]) -> dict[str, Document]:
        """Documents without their text, in the order asked for."""
        wanted = json.dumps(list(document_ids))
        within = "WHERE document_id IN (SELECT value FROM json_each(?))"
        files: dict[str, list[sqlite3.Row]] = {}
        for row in self._database.query(
            "SELECT * FROM (SELECT document_id, source, failure, '' AS name FROM files WHERE document_id IN"
            " (SELECT value FROM json_each(?1)) UNION ALL SELECT document_id, source, failure, name"
            " FROM contributed_files JOIN contributions USING (document_id, contributor)"
            " WHERE contributor <> '' AND document_id IN (SELECT value FROM json_each(?1)))"
            " ORDER BY name <> '', source",
            wanted,
        ):
            files.setdefault(row["document_id"], []).append(row)
        similar: dict[str, list[str]] = {}
        for row in self._database.query(f"SELECT document_id, other FROM alike {within} ORDER BY other", wanted):
            similar.setdefault(row["document_id"], []).append(row["other"])
        rows = self._database.query(f"SELECT document_id, record FROM documents {within}", wanted)
        records = {row["document_id"]: json.loads(row["record"]) for row in rows}
        return {
            i: Document.from_dict(
                records[i] | _standing(records[i], files.get(i, [])) | {"similar": similar.get(i, [])}
            )
            for i in document_ids
            if i in records
        }

    def own_notes(self, document_id: str) -> list[str]:
        """A document's notes as its file gave rise to them, without what its state adds."""
        rows = self._database.query("SELECT record FROM documents WHERE document_id = ?", document_id)
        notes: list[str] = json.loads(rows[0]["record"])["notes"] if rows else []
        return notes

    def paths(self, document_id: str) -> list[str]:
        """The files that hold a document, relative to the corpus folder."""
        rows = self._database.query("SELECT source FROM files WHERE document_id = ? ORDER BY source", document_id)
        return [str(row["source"]) for row in rows]

    def elsewhere(self, document_id: str) -> list[str]:
        """The names of the other machines that have a document, where the corpus is shared."""
        return self.contributions.elsewhere(document_id)

    def fetched_from(self, url: str) -> list[str]:
        """The files that hold what was fetched from an address."""
        rows = self._database.query(
            "SELECT source FROM files JOIN documents USING (document_id) WHERE json_extract(record, '$.url') = ?", url
        )
        return [str(row["source"]) for row in rows]

    def titled(self, words: Sequence[str], limit: int) -> list[str]:
        """Ids of at most `limit` documents whose title has all these words, given in lower case."""
        where = " AND ".join("instr(lower(json_extract(record, '$.title')), ?)" for _ in words)
        rows = self._database.query(f"SELECT document_id FROM documents WHERE {where} LIMIT ?", *words, limit)
        return [str(row["document_id"]) for row in rows]

    def holding(self, words: str) -> list[Document]:
        """Documents whose text has exactly these words, without their text."""
        rows = self._database.query("SELECT document_id FROM documents WHERE instr(text, ?)", words)
        return list(self.described([row["document_id"] for row in rows]).values())

    def document_count(self) -> int:
        """How many documents there are."""
        return int(self._database.query("SELECT count(*) FROM documents")[0][0])

    def document_hashes(self) -> dict[str, str]:
        """The content hash of every document by id."""
        rows = self._database.query("SELECT document_id, content_hash FROM documents")
        return {row["document_id"]: row["content_hash"] for row in rows}

    def content_hash(self, document_id: str) -> str | None:
        """The content hash of one document; None when there is none of that id."""
        rows = self._database.query("SELECT content_hash FROM documents WHERE document_id = ?", document_id)
        return str(rows[0]["content_hash"]) if rows else None

    def failures(self) -> dict[str, str]:
        """Why each file that is no document is none."""
        rows = self._database.query("SELECT source, failure FROM files WHERE failure IS NOT NULL ORDER BY source")
        return {row["source"]: row["failure"] for row in rows}

    def chunk_ids(self, document_id: str | None = None) -> set[str]:
        """The ids of all chunks, or of one document's."""
        where, values = ("WHERE document_id = ?", (document_id,)) if document_id else ("", ())
        return {row["chunk_id"] for row in self._database.query(f"SELECT chunk_id FROM chunks {where}", *values)}

    def chunks(self, chunk_ids: Sequence[str]) -> dict[str, IndexedChunk]:
        """Chunks by id; an id that is gone is left out. The last thousand are remembered until something is written."""
        with self._database.unchanging():
            fresh = [chunk_id for chunk_id in chunk_ids if chunk_id not in self._kept]
            rows = self._database.query(
                "SELECT * FROM chunks WHERE chunk_id IN (SELECT value FROM json_each(?))", json.dumps(fresh)
            )
            self._kept |= {row["chunk_id"]: indexed_chunk(row) for row in rows}
            found = {chunk_id: self._kept[chunk_id] for chunk_id in chunk_ids if chunk_id in self._kept}
            while len(self._kept) > _CHUNKS_KEPT:
                del self._kept[next(iter(self._kept))]
        return found

    def texts(self, places: Sequence[tuple[str, int, int]]) -> list[str]:
        """The characters start to end of documents' texts, in the order asked for."""
        rows = self._database.query(
            "SELECT substr(d.text, 1 + json_extract(p.value, '$[1]'),"
            " json_extract(p.value, '$[2]') - json_extract(p.value, '$[1]')) AS part"
            " FROM json_each(?) p JOIN documents d ON d.document_id = json_extract(p.value, '$[0]') ORDER BY p.key",
            json.dumps(places),
        )
        return [str(row["part"]) for row in rows]

    def nearest(
        self, vectors: Sequence[NDArray[np.float32]], limit: int, selection: Selection | None
    ) -> list[list[str]]:
        """For each vector the ids of the nearest chunks, best first, by comparing it with every one of them."""
        within, values = condition(selection)
        rows = self._database.query(
            "SELECT c.chunk_id, substr(c.vectors, 1, ?) AS vector FROM chunks c JOIN documents d USING (document_id)"
            f" WHERE 1{within}",
            vector_bytes(vectors[0]),
            *values,
        )
        ids = [str(row["chunk_id"]) for row in rows]
        found = nearest([row["vector"] for row in rows], vectors, limit)
        return [[ids[place] for place in places] for places in found]

    def chunk_count(self) -> int:
        """How many chunks there are; remembered until the catalogue changes."""
        count = self._chunk_count
        if count is None:
            count = self._chunk_count = int(self._database.query("SELECT count(*) FROM chunks")[0][0])
        return count

    def selection(self, filters: Filters) -> tuple[Selection, int]:
        """What the filters let pass, and how many undated articles a date filter leaves out."""
        return selection_of(filters, self._database)

    def copy_to(self, path: Path) -> None:
        """Write the state of this moment into another file."""
        self._database.copy_to(path)

    def take_over(self, path: Path, made_of: Mapping[str, str]) -> bool:
        """Hold what another catalogue's file holds, and nothing else; False when that was made otherwise."""
        try:
            with closing(sqlite3.connect(path)) as other:
                version = other.execute("PRAGMA user_version").fetchone()[0]
                meta = dict(other.execute("SELECT key, value FROM meta").fetchall())
        except sqlite3.Error:
            return False
        if version != CATALOGUE_VERSION or any(meta.get(key, "") != value for key, value in made_of.items()):
            return False
        self._database.take_over(path)
        self._forget_read()
        return True

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _day(number: int | None) -> date | None:
    return date(number // 10_000, number // 100 % 100, number % 100) if number else None


def _standing(record: dict[str, Any], files: Sequence[sqlite3.Row]) -> dict[str, Any]:
    """A document's sources, and its state, which is that of its files: stale when none of them can be read."""
    url = [record["url"]] if record.get("url") else []
    found: dict[str, Any] = {"sources": list(dict.fromkeys([*url, *(row["source"] for row in files)]))}
    notes = []
    if files and all(row["failure"] for row in files):
        notes = [f"an older version: the newest of {files[0]['source']} cannot be read ({files[0]['failure']})"]
        found["state"] = "stale"
    if files and all(row["name"] for row in files):
        names = ", ".join(sorted({row["name"] for row in files}))
        notes.append(f"its file lies at {names}")
    return found | ({"notes": [*record["notes"], *notes]} if notes else {})


def _delete_document(connection: sqlite3.Connection, document_id: str) -> None:
    connection.execute(
        "INSERT INTO lexical (lexical, rowid, terms) SELECT 'delete', row, terms FROM chunks WHERE document_id = ?",
        (document_id,),
    )
    connection.execute("DELETE FROM chunks WHERE document_id = ?", (document_id,))
    connection.execute("DELETE FROM acronyms WHERE document_id = ?", (document_id,))
    connection.execute("DELETE FROM documents WHERE document_id = ?", (document_id,))
