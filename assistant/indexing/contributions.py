"""What the catalogue remembers of a shared log: which machine has which document, and how far the log was followed."""

from __future__ import annotations

from collections.abc import Sequence

from ..records import Machine
from ..storage.database import Database
from .shared_log import Contribution

HERE = ""
"""Stands for this machine in place of its id."""


class Contributions:
    """Rows of the catalogue's file. Several statements belong together in `database.transaction`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, document_id: str, contributor: str, name: str, has: Contribution | None) -> None:
        """Note that a machine has a document, or, for None, no longer."""
        with self._database.transaction() as connection:
            both = (document_id, contributor)
            for table in ("contributions", "contributed_files"):
                connection.execute(f"DELETE FROM {table} WHERE document_id = ? AND contributor = ?", both)
            if has is not None:
                connection.execute(
                    "INSERT INTO contributions VALUES (?, ?, ?, ?, ?, ?)",
                    (*both, name, has.content_hash, has.data_hash, has.collection),
                )
                connection.executemany(
                    "INSERT INTO contributed_files VALUES (?, ?, ?, ?)",
                    [(*both, source, failure) for source, failure in has.files],
                )

    def of_here(self) -> dict[str, Contribution]:
        """What this machine has, as the log says it, by document."""
        files: dict[str, list[tuple[str, str | None]]] = {}
        for row in self._database.query(
            "SELECT document_id, source, failure FROM contributed_files WHERE contributor = ? ORDER BY source", HERE
        ):
            files.setdefault(row["document_id"], []).append((row["source"], row["failure"]))
        return {
            row["document_id"]: Contribution(
                row["content_hash"], row["data_hash"], row["collection"], files.get(row["document_id"], [])
            )
            for row in self._database.query("SELECT * FROM contributions WHERE contributor = ?", HERE)
        }

    def hashes_of_here(self) -> dict[str, str]:
        """The content hash of each document this machine has.

        It is empty where nobody has what stands, so that it must be indexed again.
        """
        rows = self._database.query(
            "SELECT c.document_id, c.content_hash, EXISTS (SELECT 1 FROM documents d JOIN contributions o"
            " USING (document_id, content_hash) WHERE d.document_id = c.document_id) AS stands"
            " FROM contributions c WHERE contributor = ?",
            HERE,
        )
        return {row["document_id"]: row["content_hash"] if row["stands"] else "" for row in rows}

    def data_hash_here(self, document_id: str) -> str:
        """The hash of the bytes that this machine has of a document; empty for none."""
        rows = self._database.query(
            "SELECT data_hash FROM contributions WHERE document_id = ? AND contributor = ?", document_id, HERE
        )
        return str(rows[0]["data_hash"]) if rows else ""

    def holders(self, document_id: str) -> set[str]:
        """The machines that have a document."""
        rows = self._database.query("SELECT contributor FROM contributions WHERE document_id = ?", document_id)
        return {row["contributor"] for row in rows}

    def elsewhere(self, document_id: str) -> list[str]:
        """The names of the other machines that have a document."""
        rows = self._database.query(
            "SELECT DISTINCT name FROM contributions WHERE document_id = ? AND contributor <> ? ORDER BY name",
            document_id,
            HERE,
        )
        return [str(row["name"]) for row in rows]

    def machines(self) -> list[Machine]:
        """The machines that have documents, by name; this one's id is not in here."""
        rows = self._database.query(
            "SELECT contributor, max(name) AS name, count(*) AS documents FROM contributions GROUP BY contributor"
            " ORDER BY name, contributor"
        )
        return [Machine(row["contributor"], row["name"], row["documents"], row["contributor"] == HERE) for row in rows]

    def documents_of(self, contributor: str) -> list[str]:
        """The documents that a machine has."""
        rows = self._database.query("SELECT document_id FROM contributions WHERE contributor = ?", contributor)
        return [str(row["document_id"]) for row in rows]

    def id_elsewhere(self, data_hash: str) -> str:
        """The document that these bytes are at another machine; empty for none."""
        rows = self._database.query(
            "SELECT document_id FROM contributions WHERE data_hash = ? AND contributor <> ? LIMIT 1", data_hash, HERE
        )
        return str(rows[0]["document_id"]) if rows else ""

    def is_another_elsewhere(self, document_id: str, data_hash: str) -> bool:
        """Whether a document has other bytes at another machine."""
        return bool(
            self._database.query(
                "SELECT 1 FROM contributions WHERE document_id = ? AND contributor <> ? AND data_hash NOT IN (?, '')",
                document_id,
                HERE,
                data_hash,
            )
        )

    def joins(self, document_id: str, data_hash: str) -> bool:
        """Whether another machine has the document with the same bytes, and this one does not have it yet."""
        return HERE not in self.holders(document_id) and self.id_elsewhere(data_hash) == document_id

    def concern_here(self, document_ids: Sequence[str]) -> bool:
        """Whether this machine has one of these documents, or bytes that one of them has, too."""
        own = self.of_here()
        if not own.keys().isdisjoint(document_ids):
            return True
        hashes = {has.data_hash for has in own.values()} - {""}
        return any(
            row["data_hash"] in hashes
            for document_id in document_ids
            for row in self._database.query(
                "SELECT data_hash FROM contributions WHERE document_id = ? AND contributor <> ?", document_id, HERE
            )
        )

    def all(self) -> set[str]:
        """The documents that any machine has."""
        return {str(row["document_id"]) for row in self._database.query("SELECT document_id FROM contributions")}

    def content(self, document_id: str) -> str:
        """The key of what a document holds; empty for none."""
        rows = self._database.query("SELECT content FROM contents WHERE document_id = ?", document_id)
        return str(rows[0]["content"]) if rows else ""

    def contents(self) -> dict[str, str]:
        """The keys of all documents' contents by document."""
        rows = self._database.query("SELECT document_id, content FROM contents")
        return {row["document_id"]: row["content"] for row in rows}

    def put_content(self, document_id: str, content: str) -> None:
        """Note under which key it stands what a document holds; empty for a document that is gone."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM contents WHERE document_id = ?", (document_id,))
            if content:
                connection.execute("INSERT INTO contents VALUES (?, ?)", (document_id, content))
