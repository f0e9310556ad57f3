"""Which document id a file has, for good: ids outlive edits, renames and rebuilds of the index."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Protocol

from ..errors import DocumentError
from ..indexing.catalogue import FileRow
from ..settings import Settings
from ..storage import failpoints
from ..storage.database import Database
from . import folder

_MIGRATIONS = (
    """
    CREATE TABLE ids (source TEXT PRIMARY KEY, document_id TEXT NOT NULL, content_hash TEXT NOT NULL);
    CREATE INDEX ids_by_hash ON ids (content_hash);
    CREATE INDEX ids_by_document ON ids (document_id)
    """,
    "ALTER TABLE ids ADD COLUMN gone INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE ids RENAME COLUMN content_hash TO data_hash",
)

LEDGER = "ledger.sqlite"
_FORMERLY = "\0formerly\0"
"""Begins the source of a row that tells which document held some bytes, under a name that another one has by now."""


class OtherMachines(Protocol):
    """What other machines have, where several share a corpus. An index tells it."""

    def id_elsewhere(self, data_hash: str) -> str:
        """The document that these bytes are at another machine; empty for none."""

    def is_another_elsewhere(self, document_id: str, data_hash: str) -> bool:
        """Whether a document has other bytes at another machine."""


def _never(_document_id: str, _data_hash: str) -> bool:
    return False


class Ledger:
    """Rows are never removed with their file, so that a file that comes back has its old id."""

    def __init__(self, state_dir: Path) -> None:
        self._database = Database(state_dir / LEDGER)
        self._database.migrate(_MIGRATIONS)

    def assign(
        self,
        source: str,
        data_hash: str,
        present: Collection[str],
        elsewhere: Collection[str] = (),
        in_trash: Callable[[str], bool] = lambda _: False,
        others: OtherMachines | None = None,
    ) -> str:
        """The id for a file, given the sources that are in the folder now.

        `elsewhere` are the hashes that its bytes have in other collections: a file that is new here, and gone there,
        was moved, and keeps its id. One that lies in the trash was not: who adds those bytes has another document.

        The same bytes have one id, whatever their names. An edited file keeps its id, unless another
        file still holds the document's former bytes: then the edited one is a new document. So is a file
        that comes back with bytes whose document has gone on under another name, and one with other bytes
        under the name of a file that a sync has seen gone.

        `others` share the corpus: bytes that are a document there are that document here, and one that holds other
        bytes there is not this one.
        """
        taken = others.is_another_elsewhere if others else _never
        same_bytes = [
            row
            for row in self._database.query("SELECT DISTINCT document_id FROM ids WHERE data_hash = ?", data_hash)
            if not self._went_on(row["document_id"], source, data_hash, present)
            and not taken(row["document_id"], data_hash)
        ]
        known = self._database.query("SELECT document_id, data_hash, gone FROM ids WHERE source = ?", source)
        there = others.id_elsewhere(data_hash) if others else ""
        if there:
            document_id = there
        elif same_bytes:
            document_id = str(same_bytes[0]["document_id"])
        elif known and not (
            known[0]["gone"]
            or self._shared(source, known[0]["document_id"], known[0]["data_hash"], present)
            or self._went_on(known[0]["document_id"], source, data_hash, present)
            or taken(known[0]["document_id"], data_hash)
        ):
            document_id = str(known[0]["document_id"])
        else:
            moved = "" if known else self._moved_here(elsewhere, present, in_trash)
            document_id = moved if moved and not taken(moved, data_hash) else secrets.token_hex(6)
        if not known or tuple(known[0]) != (document_id, data_hash, 0):
            with self._database.transaction() as connection:
                if known and known[0]["document_id"] != document_id:  # who brings those bytes back has that id again
                    former = (f"{_FORMERLY}{source}\0{known[0]['data_hash']}", *tuple(known[0])[:2])
                    connection.execute("INSERT OR REPLACE INTO ids VALUES (?, ?, ?, 1)", former)
                row = (source, document_id, data_hash)
                connection.execute("INSERT OR REPLACE INTO ids VALUES (?, ?, ?, 0)", row)
        return document_id

    def _moved_here(self, elsewhere: Collection[str], present: Collection[str], in_trash: Callable[[str], bool]) -> str:
        """The document that held these bytes in another collection and has no file any more; empty for none."""
        for data_hash in elsewhere:
            for row in self._database.query("SELECT document_id FROM ids WHERE data_hash = ?", data_hash):
                document_id = str(row["document_id"])
                if not any(source in present for source in self.sources(document_id)) and not in_trash(document_id):
                    return document_id
        return ""

    def _went_on(self, document_id: str, source: str, data_hash: str, present: Collection[str]) -> bool:
        """Whether another file in the folder has the id and holds other bytes by now."""
        rows = self._database.query(
            "SELECT source FROM ids WHERE document_id = ? AND data_hash <> ? AND source <> ?",
            document_id,
            data_hash,
            source,
        )
        return any(row["source"] in present for row in rows)

    def _shared(self, source: str, document_id: str, data_hash: str, present: Collection[str]) -> bool:
        rows = self._database.query(
            "SELECT source FROM ids WHERE document_id = ? AND data_hash = ? AND source <> ?",
            document_id,
            data_hash,
            source,
        )
        return any(row["source"] in present for row in rows)

    def note_gone(self, sources: Iterable[str]) -> None:
        """Remember that files were seen to be gone: others of their names are other documents."""
        with self._database.transaction() as connection:
            connection.executemany("UPDATE ids SET gone = 1 WHERE source = ?", [(source,) for source in sources])

    def was_another(self, source: str, data_hash: str) -> bool:
        """Whether a file of this name was seen to be gone, and held other bytes."""
        rows = self._database.query("SELECT data_hash FROM ids WHERE source = ? AND gone", source)
        return bool(rows) and rows[0]["data_hash"] != data_hash

    def holds(self, source: str, data_hash: str) -> bool:
        """Whether a file held these bytes when it was last read."""
        return bool(self._database.query("SELECT 1 FROM ids WHERE source = ? AND data_hash = ?", source, data_hash))

    def note_back(self, sources: Iterable[str], document_id: str) -> None:
        """Remember that a document's files were brought back."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE ids SET gone = 0 WHERE source = ? AND document_id = ?",
                [(each, document_id) for each in sources],
            )

    def id_of(self, source: str) -> str | None:
        """The id that a source had last; None for one never seen, or seen to be gone."""
        rows = self._database.query("SELECT document_id FROM ids WHERE source = ? AND NOT gone", source)
        return str(rows[0]["document_id"]) if rows else None

    def last_id_of(self, source: str) -> str:
        """The id that a source had last, gone or not; empty for one never seen."""
        rows = self._database.query("SELECT document_id FROM ids WHERE source = ?", source)
        return str(rows[0]["document_id"]) if rows else ""

    def data_hashes(self) -> dict[str, str]:
        """The hash of the bytes that each present file was last read with, by source."""
        rows = self._database.query("SELECT source, data_hash FROM ids WHERE NOT gone")
        return {row["source"]: row["data_hash"] for row in rows}

    def came_from(self, data_hash: str) -> list[str]:
        """The sources that last held these bytes."""
        rows = self._database.query("SELECT source FROM ids WHERE data_hash = ?", data_hash)
        return [str(row["source"]) for row in rows]

    def sources(self, document_id: str) -> list[str]:
        """Every source that has had this id, present or not."""
        rows = self._database.query("SELECT source FROM ids WHERE document_id = ? ORDER BY source", document_id)
        return [str(row["source"]) for row in rows if not row["source"].startswith(_FORMERLY)]

    def learn(self, files: Iterable[FileRow], settings: Settings) -> None:
        """Take over the ids that the catalogue has of files; of one that changed since, the bytes are not known."""
        rows = []
        for file in files:
            if file.document_id:
                try:
                    raw = folder.read_source(settings, file.source)
                    data_hash = raw.data_hash if raw.hash == file.content_hash else ""
                except DocumentError:
                    data_hash = ""
                rows.append((file.source, file.document_id, data_hash))
        with self._database.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO ids VALUES (?, ?, ?, 0)", rows)

    def is_empty(self) -> bool:
        """Whether it knows nothing, as a new one does."""
        return not self._database.query("SELECT 1 FROM ids LIMIT 1")

    def problems(self) -> list[str]:
        """What is wrong with the file."""
        return self._database.problems()

    def copy_to(self, path: Path) -> None:
        """Write the state of this moment into another file."""
        self._database.copy_to(path)

    def take_over(self, path: Path) -> None:
        """Know what another ledger's file knows; ids that only this one has are those of files that are gone.

        They are written into that file first, so that it is taken over as a whole. Raises IndexFailure, having changed
        nothing here, on one of a newer version.
        """
        mine = [tuple(row) for row in self._database.query("SELECT source, document_id, data_hash FROM ids")]
        other = Database(path)
        try:
            other.migrate(_MIGRATIONS)
            theirs = other.query("SELECT source, document_id FROM ids")
            known, names = {row["document_id"] for row in theirs}, {row["source"] for row in theirs}
            gone = [
                (f"{_FORMERLY}{source}\0{data_hash}" if source in names else source, document_id, data_hash)
                for source, document_id, data_hash in mine
                if document_id not in known
            ]
            with other.transaction() as connection:
                connection.executemany("INSERT OR REPLACE INTO ids VALUES (?, ?, ?, 1)", gone)
        finally:
            other.close()
        failpoints.reach("ledger: what is gone is known to the other")
        self._database.take_over(path)

    def close(self) -> None:
        """Close the file."""
        self._database.close()
