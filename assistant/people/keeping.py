"""Keeping what people said no longer than wanted: days of retention, and articles that are deleted for good."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from ..errors import IndexFailure
from ..storage.database import StateFile, now
from . import conversations, feedback
from .exchanges import is_whole, read
from .forgetting import DELETED, documents, without


def forget_older(file: StateFile, days: int) -> int:
    """Delete conversations in which nothing was said for so many days, and older verdicts; how many conversations."""
    before = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="microseconds")
    with file.database.transaction() as connection:
        gone = connection.execute("DELETE FROM conversations WHERE changed < ?", (before,)).rowcount
        connection.execute("DELETE FROM verdicts WHERE given < ?", (before,))
        connection.execute("DELETE FROM unanswered WHERE asked < ?", (before,))
        connection.execute("DELETE FROM used WHERE day < ?", (before[:10],))
        if gone:
            conversations.drop_words(connection)
    file.database.empty_log()
    return gone


def forget_person(file: StateFile, person: str) -> int:
    """Delete all that somebody asked and said; how many conversations."""
    with file.database.transaction() as connection:
        gone = connection.execute("DELETE FROM conversations WHERE person = ?", (person,)).rowcount
        for table in ("verdicts", "unanswered"):
            connection.execute(f"DELETE FROM {table} WHERE person = ?", (person,))
        conversations.drop_words(connection)
    file.database.empty_log()
    return gone


def erase(file: StateFile, document_ids: Collection[str]) -> int:
    """Take the text of articles out of all that is kept, and out of the file itself; how many exchanges had some.

    Answers that quote one of them are deleted, with what was said of them, and so are records that cannot be read. So
    are copies that were made of the file when its format changed, or before it was mended. Raises IndexFailure, having
    done all of that, while another process keeps SQLite from emptying its log.
    """
    ids = frozenset(document_ids)
    changed = 0
    with file.database.transaction() as connection:
        for row, record in connection.execute("SELECT row, record FROM verdicts").fetchall():
            if not is_whole(record) or not ids.isdisjoint(documents(read(record))):
                connection.execute("DELETE FROM verdicts WHERE row = ?", (row,))
        kept = "SELECT number, record FROM exchanges WHERE conversation_id = ? ORDER BY number"
        for (conversation_id,) in connection.execute("SELECT conversation_id FROM conversations").fetchall():
            rows = connection.execute(kept, (conversation_id,)).fetchall()
            exchanges = [read(row["record"]) for row in rows]
            for row, before, after in zip(rows, exchanges, without(exchanges, ids, DELETED), strict=True):
                if after != before or not is_whole(row["record"]):  # nobody knows what a damaged one quotes
                    conversations.replace(connection, conversation_id, row["number"], after)
                    feedback.follow(connection, (conversation_id, row["number"]), before, after)
                    changed += 1
        erased = now()
        connection.executemany("INSERT OR REPLACE INTO erased VALUES (?, ?)", [(each, erased) for each in ids])
        connection.executemany("DELETE FROM used WHERE document_id = ?", [(document_id,) for document_id in ids])
        conversations.drop_words(connection)
    emptied = file.database.scrub()
    for copy in file.path.parent.glob(f"{file.path.name}.*"):  # not what SQLite itself keeps: that is called -wal, -shm
        with suppress(FileNotFoundError):
            copy.unlink()
    if not emptied:
        raise IndexFailure(
            f"everything was deleted, but another process reads {file.path}, so that {file.path.name}-wal beside it"
            " still holds what was in it; end that process, and delete the article for good once more"
        )
    return changed
