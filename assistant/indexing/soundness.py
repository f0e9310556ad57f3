"""Whether a catalogue is what was written: by SQLite's checks, each document's digest, what belongs to what."""

from __future__ import annotations

from ..errors import DamagedFile
from ..storage.database import Database
from .indexed import NAMED, digest


def problems(database: Database, *, thorough: bool) -> list[str]:
    """What is wrong with pages and lexical index, and, when `thorough`, with each document."""
    found = database.problems(thorough=thorough)
    if not found:
        try:
            with database.transaction() as connection:
                connection.execute("INSERT INTO lexical (lexical, rank) VALUES ('integrity-check', 1)")
        except DamagedFile:
            found = ["the lexical index does not fit the chunks"]
    return [*found, *(_altered(database) if thorough and not found else [])]


def orphans(database: Database) -> list[str]:
    """Documents of no file and files of no document, counted in words."""
    own = "SELECT document_id FROM files WHERE document_id IS NOT NULL"
    named = f"{own} UNION SELECT document_id FROM contributed_files"
    counts = {
        "documents of no file": f"documents WHERE document_id NOT IN ({named})",
        "files of no document": f"({own} AND document_id NOT IN (SELECT document_id FROM documents))",
    }
    found = {what: database.query(f"SELECT count(*) FROM {which}")[0][0] for what, which in counts.items()}
    return [f"{count} {what}" for what, count in found.items() if count]


def _altered(database: Database) -> list[str]:
    """Documents that are not what was written."""
    strays = database.query("SELECT 1 FROM acronyms WHERE document_id NOT IN (SELECT document_id FROM documents)")
    found = [f"{len(strays)} acronyms are of no document"] if strays else []
    for row in database.query("SELECT document_id FROM documents"):
        (document,) = database.query(
            "SELECT document_id, content_hash, record, text, publisher, published, digest FROM documents"
            " WHERE document_id = ?",
            row["document_id"],
        )
        chunks = database.query(f"SELECT {NAMED} FROM chunks WHERE document_id = ? ORDER BY row", row["document_id"])
        *known, written = tuple(document)
        if digest(known, [tuple(chunk) for chunk in chunks]) != written:
            found.append(f"the document {row['document_id']} is not what was written")
    return found
