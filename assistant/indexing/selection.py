"""Filters as both halves of the index apply them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from ..records import Document, Filters
from ..storage.database import Database


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents are searched. Days are yyyymmdd; an undated article has day 0."""

    first_day: int = 0
    last_day: int = 99_999_999
    publishers: tuple[str, ...] = ()
    document_ids: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    """Ids of documents that are left out."""


def day_number(document: Document) -> int:
    """The day of publication as yyyymmdd; 0 for an undated document."""
    return int(document.published.strftime("%Y%m%d")) if document.published else 0


def selection_of(filters: Filters, database: Database) -> tuple[Selection, int]:
    """What the filters let pass, and how many undated articles a date filter leaves out."""
    ids = set(filters.document_ids)
    if filters.sources:
        marks = json.dumps(filters.sources)
        rows = database.query(
            "SELECT document_id FROM files WHERE source IN (SELECT value FROM json_each(?1)) UNION"
            " SELECT document_id FROM contributed_files WHERE source IN (SELECT value FROM json_each(?1)) UNION"
            " SELECT document_id FROM documents"
            " WHERE json_extract(record, '$.url') IN (SELECT value FROM json_each(?1))",
            marks,
        )
        named = {row["document_id"] for row in rows}
        ids = ids & named if ids else named
    latest = [day.strftime("%Y%m%d") for day in (filters.published_to, filters.as_of) if day]
    first = int(filters.published_from.strftime("%Y%m%d")) if filters.published_from else 0
    selection = Selection(
        first_day=max(first, int(filters.dated)),
        last_day=min(map(int, latest), default=Selection().last_day),
        publishers=filters.publishers,
        document_ids=tuple(sorted(filter(None, ids))) if filters.sources or filters.document_ids else None,
    )
    if not filters.dated:
        return selection, 0
    undated, values = condition(replace(selection, first_day=0, last_day=0))
    count = database.query(f"SELECT count(*) FROM documents d WHERE 1{undated}", *values)
    return selection, int(count[0][0])


def condition(selection: Selection | None) -> tuple[str, tuple[object, ...]]:
    """Conditions on documents d. Sets go in as JSON: they may be larger than SQLite's limit on values."""
    if selection is None:
        return "", ()
    conditions, values = " AND d.published BETWEEN ? AND ?", [selection.first_day, selection.last_day]
    sets = (("d.publisher", selection.publishers or None), ("d.document_id", selection.document_ids))
    found: list[object] = list(values)
    for column, allowed in sets:
        if allowed is not None:
            conditions += f" AND {column} IN (SELECT value FROM json_each(?))"
            found.append(json.dumps(allowed))
    if selection.without:
        conditions += " AND d.document_id NOT IN (SELECT value FROM json_each(?))"
        found.append(json.dumps(selection.without))
    return conditions, tuple(found)
