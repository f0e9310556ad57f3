"""The words of the corpus: the lexical index (SQLite FTS5) of its chunks, and the acronyms that articles explain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..storage.database import Database
from .selection import Selection, condition


class Words:
    """The words of a catalogue's chunks. It only reads; the catalogue writes."""

    _SEEN = ""
    """A condition on rows of the lexical index where not all of them may be seen."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._frequencies: dict[str, int] = {}

    def forget_read(self) -> None:
        """What was read before is outdated."""
        self._frequencies.clear()

    def search(self, terms: Sequence[str], limit: int, selection: Selection | None) -> list[str]:
        """Ids of the chunks with most of the terms by BM25, best first; title and section count like text."""
        if not terms:
            return []
        match = " OR ".join(_quoted(term) for term in terms)
        within, values = condition(selection)
        rows = self._database.query(
            "SELECT c.chunk_id FROM main.lexical JOIN chunks c ON c.row = lexical.rowid"
            f" JOIN documents d USING (document_id) WHERE lexical MATCH ?{within} ORDER BY bm25(lexical) LIMIT ?"
            if within
            else "SELECT c.chunk_id FROM (SELECT rowid AS row FROM main.lexical"
            f" WHERE lexical MATCH ?{self._SEEN} ORDER BY rank LIMIT ?) JOIN chunks c USING (row)",
            match,
            *values,
            limit,
        )
        return [row["chunk_id"] for row in rows]

    def mentioning(self, terms: Sequence[str]) -> set[str]:
        """Ids of the documents that have every one of these stems, in text, title or section."""
        found: set[str] | None = None
        for term in terms:
            rows = self._database.query(
                "SELECT DISTINCT c.document_id FROM main.lexical JOIN chunks c ON c.row = lexical.rowid"
                " WHERE lexical MATCH ?",
                _quoted(term),
            )
            ids = {str(row["document_id"]) for row in rows}
            found = ids if found is None else found & ids
        return found or set()

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """In how many chunks each term occurs; remembered until the catalogue changes."""
        known = self._frequencies  # another thread may clear it at any time
        counts: dict[str, int] = {}
        for term in terms:
            count = known.get(term)
            if count is None:
                having = f"lexical MATCH ?{self._SEEN}"
                found = self._database.query(f"SELECT count(*) FROM main.lexical WHERE {having}", _quoted(term))
                count = known[term] = int(found[0][0])
            counts[term] = count
        return counts

    def like(self, term: str) -> dict[str, int]:
        """Terms of the corpus with the same first letter and about the same length, and how many chunks have each."""
        rows = self._database.query(
            "SELECT term, doc FROM main.vocabulary WHERE term >= ? AND term < ? AND abs(length(term) - ?) <= 2",
            term[0],
            term[0] + "\U0010ffff",
            len(term),
        )
        return {row["term"]: row["doc"] for row in rows}

    def named(self, acronym: str) -> list[tuple[str, ...]]:
        """The stems of the names that an acronym stands for in the corpus."""
        rows = self._database.query("SELECT DISTINCT stems FROM acronyms WHERE acronym = ? LIMIT 5", acronym)
        return [tuple(row["stems"].split()) for row in rows]

    def is_one_name(self, stems: Sequence[str]) -> bool:
        """Whether the corpus explains an acronym by this name, so that an "and" in it lists nothing."""
        found = self._database.query("SELECT 1 FROM acronyms WHERE stems = ? AND explained LIMIT 1", " ".join(stems))
        return bool(found)


def _quoted(term: str) -> str:
    return '"' + term.replace('"', "") + '"'
