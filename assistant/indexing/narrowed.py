"""The catalogue as somebody sees it who may not see all of it.

Every statement of `Catalogue` runs here on a connection of its own on which the names of its tables mean views that
hold the visible rows alone, so that no statement can bring up another one. A table that has no view here is empty.
What is counted (how rare a word is, how many articles there are) is counted over the visible rows, too.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from ..access import Scope
from ..errors import IndexFailure
from ..language.wording import is_near
from ..storage.database import Database
from .catalogue import Catalogue
from .embedding import Vector
from .selection import Selection
from .vectors import NAMED_AT_ONCE, Vectors
from .words import Words

_OWN_TABLES = """
CREATE TABLE temp.seen_sources (source TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE temp.seen_documents (document_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE temp.seen_rows (row INTEGER PRIMARY KEY)
"""
_DOCUMENTS = "+document_id IN (SELECT document_id FROM temp.seen_documents)"
_VISIBLE = {
    "meta": "1",
    "files": "+source IN (SELECT source FROM temp.seen_sources)",
    "contributed_files": "+source IN (SELECT source FROM temp.seen_sources)",
    "documents": _DOCUMENTS,
    "contributions": _DOCUMENTS,
    "acronyms": _DOCUMENTS,
    "chunks": "+row IN (SELECT row FROM temp.seen_rows)",
    "alike": f"{_DOCUMENTS} AND +other IN (SELECT document_id FROM temp.seen_documents)",
}
"""For each table which of its rows are visible. With the plus signs SQLite looks each row that is wanted up among the
visible ones; else it may go through all those that are visible."""


class _VisibleRows(Database):
    """A connection that only reads, and on which tables are what a scope lets be seen of them."""

    def __init__(self, whole: Database, scope: Scope) -> None:
        super().__init__(whole.path, read_only=True)
        self._whole = whole
        self._scope = scope
        self._as_of = -1
        """How much had been written when it was last found out what is visible."""
        self.outdated: list[Callable[[], None]] = [self._narrow]
        """What is done when something was written."""
        self.seen: frozenset[str] = frozenset()
        self.hidden: frozenset[str] = frozenset()
        try:
            with whole.unchanging():
                self._said_in_words(self._make_views)
        except IndexFailure:
            self.close()
            raise

    def _make_views(self) -> None:
        self._connection.executescript(_OWN_TABLES)
        for (name,) in self._connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'"):
            rows = _VISIBLE.get(name, "0")
            self._connection.execute(f'CREATE TEMP VIEW "{name}" AS SELECT * FROM main."{name}" WHERE {rows}')

    @property
    def writes(self) -> int:
        """As of the whole catalogue: nothing is written here."""
        return self._whole.writes

    def query(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """All visible rows of a statement that only reads."""
        with self.unchanging():
            return super().query(statement, *values)

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """While the block runs nothing is written, and what is visible is up to date."""
        with self._whole.unchanging(), super().unchanging():
            if self._as_of != self._whole.writes:
                for renew in self.outdated:
                    self._said_in_words(renew)
                self._as_of = self._whole.writes
            yield

    def _narrow(self) -> None:
        try:
            self._narrowed_anew()
        finally:
            self._roll_back()  # of one that failed

    def _narrowed_anew(self) -> None:
        run = self._connection.execute
        rows = run("SELECT source FROM main.files UNION SELECT source FROM main.contributed_files").fetchall()
        run("BEGIN")
        for table in ("seen_sources", "seen_documents", "seen_rows"):
            run(f"DELETE FROM temp.{table}")
        seen = [(row["source"],) for row in rows if self._scope.sees(row["source"])]
        self._connection.executemany("INSERT INTO temp.seen_sources VALUES (?)", seen)
        run(
            "INSERT INTO temp.seen_documents SELECT document_id FROM files WHERE document_id IS NOT NULL"
            " UNION SELECT document_id FROM contributed_files"
        )
        run(f"INSERT INTO temp.seen_rows SELECT row FROM main.chunks WHERE {_DOCUMENTS}")
        run("COMMIT")
        self.seen = frozenset(row[0] for row in run("SELECT document_id FROM temp.seen_documents"))
        self.hidden = frozenset(row[0] for row in run("SELECT document_id FROM main.documents")) - self.seen


class _VisibleWords(Words):
    """The words of the visible chunks."""

    _SEEN = " AND +lexical.rowid IN (SELECT row FROM temp.seen_rows)"

    def like(self, term: str) -> dict[str, int]:
        """See Words; only words that a visible chunk has."""
        near = [word for word in super().like(term) if is_near(term, word)]
        return {word: count for word, count in self.frequencies(near).items() if count}


class NarrowedCatalogue(Catalogue):
    """See the module. It only reads."""

    def __init__(self, whole: Catalogue, scope: Scope) -> None:
        self._chunk_count = None
        self._kept = {}
        self._overview = None
        self.former_version = None
        self._database = self._rows = _VisibleRows(whole.database, scope)
        self._rows.outdated.append(self._forget_read)
        self.words = _VisibleWords(self._rows)

    def visible(self, chunk_ids: Iterable[str]) -> set[str]:
        """Those of these chunks that may be seen."""
        wanted = json.dumps(sorted(chunk_ids))
        within = "SELECT chunk_id FROM chunks WHERE chunk_id IN (SELECT value FROM json_each(?))"
        return {row["chunk_id"] for row in self._rows.query(within, wanted)}

    def hidden(self) -> frozenset[str]:
        """The ids of the documents that may not be seen."""
        with self._rows.unchanging():
            return self._rows.hidden

    def seen(self) -> frozenset[str]:
        """The ids of those that may be seen."""
        with self._rows.unchanging():
            return self._rows.seen


_MORE = 3
"""Times as many vectors are looked at as are wanted, before Chroma has to leave some out, which takes it long."""


class NarrowedVectors(Vectors):
    """The vectors of what a narrowed catalogue shows. They are only searched."""

    def __init__(self, whole: Vectors, catalogue: NarrowedCatalogue) -> None:
        self._whole = whole
        self._catalogue = catalogue

    def search(self, vectors: Sequence[Vector], limit: int, selection: Selection | None) -> list[list[str]]:
        """See Vectors. Where most of the nearest may be seen, it is quicker to leave the others out afterwards."""
        if selection is None:
            found = self._whole.search(vectors, limit * _MORE, None)
            visible = self._catalogue.visible({chunk_id for ids in found for chunk_id in ids})
            left = [[chunk_id for chunk_id in ids if chunk_id in visible][:limit] for ids in found]
            if all(len(ids) == limit for ids in left):
                return left
        return self._whole.search(vectors, limit, self._narrowed(selection or Selection()))

    def _narrowed(self, selection: Selection) -> Selection:
        seen, hidden = self._catalogue.seen(), self._catalogue.hidden()
        if selection.document_ids is not None:
            return replace(selection, document_ids=tuple(i for i in selection.document_ids if i in seen))
        if len(hidden) <= min(len(seen), NAMED_AT_ONCE):
            return replace(selection, without=tuple(sorted(hidden)))
        return replace(selection, document_ids=tuple(sorted(seen)))
