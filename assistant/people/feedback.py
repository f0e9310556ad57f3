"""What people say of answers, and which of their questions found one later. Kept in the file of conversations."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ..errors import UnknownConversation, UsageError
from ..records import Filters, Record
from ..storage.database import Database, StateFile, now
from .exchanges import Exchange, read
from .people import folded

TABLES = """
CREATE TABLE verdicts (
    row INTEGER PRIMARY KEY, person TEXT NOT NULL, conversation_id TEXT NOT NULL, number INTEGER NOT NULL,
    given TEXT NOT NULL, useful INTEGER NOT NULL, reason TEXT NOT NULL, record TEXT NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0, UNIQUE (person, conversation_id, number)
);
CREATE TABLE unanswered (
    row INTEGER PRIMARY KEY, person TEXT NOT NULL, conversation_id TEXT NOT NULL, number INTEGER NOT NULL,
    asked TEXT NOT NULL, question TEXT NOT NULL, filters TEXT NOT NULL, answered TEXT NOT NULL DEFAULT '',
    told INTEGER NOT NULL DEFAULT 0, UNIQUE (person, question, filters)
);
CREATE TABLE used (
    day TEXT NOT NULL, document_id TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (day, document_id)
) WITHOUT ROWID
"""
"""Verdicts on answers with the answers themselves; questions that found none; how often an article was cited."""
_REASON = 2_000
"""Characters of a reason that are kept."""


@dataclass(frozen=True, slots=True)
class Verdict(Record):
    """What somebody said of an answer."""

    useful: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class News(Record):
    """A question of somebody that found an answer later, and where it is."""

    conversation_id: str
    number: int
    question: str


class Feedback:
    """That of one person. Safe to call from several threads."""

    def __init__(self, file: StateFile, person: str) -> None:
        self._file = file
        self._person = person

    def give(self, conversation_id: str, number: int, *, useful: bool, reason: str = "") -> None:
        """Say of an answer of one's own conversation whether it was useful; an earlier verdict is replaced.

        It is kept with question, answer, sources and settings, for the maintainers. Raises UnknownConversation, and
        UsageError where there is no answer.
        """
        exchange = self._exchange(conversation_id, number)
        if exchange.answer is None:
            raise UsageError(f"question {number} has no answer that anything can be said of")
        values = (self._person, conversation_id, number, now(), useful, reason.strip()[:_REASON])
        with self._file.database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO verdicts (person, conversation_id, number, given, useful, reason, record)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*values, json.dumps(exchange.to_dict(), ensure_ascii=False)),
            )

    def take_back(self, conversation_id: str, number: int) -> None:
        """Forget what one said of an answer."""
        with self._file.database.transaction() as connection:
            connection.execute(
                "DELETE FROM verdicts WHERE person = ? AND conversation_id = ? AND number = ?",
                (self._person, conversation_id, number),
            )

    def given(self, conversation_id: str) -> dict[int, Verdict]:
        """What one said of the answers of a conversation, by the numbers of the questions."""
        rows = self._file.database.query(
            "SELECT number, useful, reason FROM verdicts WHERE person = ? AND conversation_id = ?",
            self._person,
            conversation_id,
        )
        return {int(row["number"]): Verdict(bool(row["useful"]), row["reason"]) for row in rows}

    def news(self) -> list[News]:
        """One's questions that found an answer since they were asked, and that are news to one; latest first."""
        rows = self._file.database.query(
            "SELECT conversation_id, number, question FROM unanswered WHERE person = ? AND answered <> '' AND NOT told"
            " ORDER BY answered DESC",
            self._person,
        )
        return [News(**dict(row)) for row in rows]

    def told(self, conversation_id: str) -> None:
        """One has seen what is new in a conversation."""
        with self._file.database.transaction() as connection:
            connection.execute(
                "UPDATE unanswered SET told = 1 WHERE person = ? AND conversation_id = ? AND answered <> ''",
                (self._person, conversation_id),
            )

    def _exchange(self, conversation_id: str, number: int) -> Exchange:
        rows = self._file.database.query(
            "SELECT record FROM exchanges JOIN conversations USING (conversation_id)"
            " WHERE conversation_id = ? AND number = ? AND person = ?",
            conversation_id,
            number,
            self._person,
        )
        if not rows:
            raise UnknownConversation(f"there is no question {number} in a conversation {conversation_id!r} of yours")
        return read(rows[0]["record"])


def note(connection: sqlite3.Connection, person: str, place: tuple[str, int], exchange: Exchange, *, ask: bool) -> None:
    """Within the transaction that keeps an exchange: count the articles that are cited, or note that there are none.

    `place` is the conversation and the number in it. Questions without an answer are kept where `ask` says so.
    """
    said = exchange.answer
    if said is None:
        return
    question = said.understood or exchange.question
    filters = json.dumps((exchange.filters or Filters()).to_dict(), sort_keys=True)
    if said.answered:
        connection.executemany(
            "INSERT INTO used VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1",
            [(now()[:10], document_id) for document_id in {citation.document_id for citation in said.citations}],
        )
        connection.execute(
            "DELETE FROM unanswered WHERE person = ? AND question = ? AND filters = ? AND answered = ''",
            (person, question, filters),
        )
    elif ask:
        connection.execute(
            "INSERT OR REPLACE INTO unanswered (person, conversation_id, number, asked, question, filters)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (person, *place, now(), question, filters),
        )


def follow(connection: sqlite3.Connection, place: tuple[str, int], before: Exchange, after: Exchange) -> None:
    """Within the transaction that takes text out of a kept exchange: take it out of what was said of its answer, too.

    An open question that was understood with such a text is forgotten.
    """
    record = json.dumps(after.to_dict(), ensure_ascii=False)
    connection.execute("UPDATE verdicts SET record = ? WHERE conversation_id = ? AND number = ?", (record, *place))
    if before.answer and (after.answer is None or after.answer.understood != before.answer.understood):
        connection.execute("DELETE FROM unanswered WHERE conversation_id = ? AND number = ?", place)
        understood = before.answer.understood
        if understood and understood != before.question:
            connection.execute("DELETE FROM unanswered WHERE question = ?", (understood,))


def forget_questions(
    connection: sqlite3.Connection, conversation_id: str, numbers: Iterable[int] | None = None
) -> None:
    """Within a transaction: forget that questions of a conversation, or those of these numbers, found no answer."""
    if numbers is None:
        connection.execute("DELETE FROM unanswered WHERE conversation_id = ?", (conversation_id,))
        return
    connection.executemany(
        "DELETE FROM unanswered WHERE conversation_id = ? AND number = ?",
        [(conversation_id, number) for number in numbers],
    )


def bring_back(connection: sqlite3.Connection, other: Database, removed: Collection[str] = ()) -> None:
    """Within a transaction: take over what another file has of all this and this one does not.

    Nothing of people who were `removed`, by their names as they are compared.
    """
    for table, columns in _COLUMNS.items():
        found = other.query(f"SELECT {columns} FROM {table}")
        whose = columns.startswith("person")
        rows = [tuple(row) for row in found if not whose or folded(row["person"]) not in removed]
        marks = ", ".join("?" * (columns.count(",") + 1))
        connection.executemany(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", rows)


_COLUMNS = {
    "verdicts": "person, conversation_id, number, given, useful, reason, record, settled",
    "unanswered": "person, conversation_id, number, asked, question, filters, answered, told",
    "used": "day, document_id, times",
}
