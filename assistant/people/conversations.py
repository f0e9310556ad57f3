"""The conversations that are kept: one SQLite file in `state_dir`, which several processes may have open at once.

question → `append` → answer → `put` in its place. Earlier questions that are asked again `cut` what follows.
"""

from __future__ import annotations

import copy
import json
import re
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from ..errors import UnknownConversation
from ..storage.database import Database, StateFile, now
from . import feedback, forgetting
from .exchanges import Conversation, Exchange, is_whole, read
from .people import folded

_Result = TypeVar("_Result")
Withheld = Callable[[Sequence[str]], Iterable[str]]
CONVERSATIONS = "conversations.sqlite3"
_MIGRATIONS = (
    """
    CREATE TABLE conversations (
        row INTEGER PRIMARY KEY, conversation_id TEXT NOT NULL UNIQUE, person TEXT NOT NULL, name TEXT NOT NULL,
        begun TEXT NOT NULL, changed TEXT NOT NULL, numbered INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX by_person ON conversations (person, changed);
    CREATE TABLE exchanges (
        row INTEGER PRIMARY KEY,
        conversation_id TEXT NOT NULL REFERENCES conversations (conversation_id) ON DELETE CASCADE,
        number INTEGER NOT NULL, record TEXT NOT NULL,
        UNIQUE (conversation_id, number)
    );
    CREATE VIRTUAL TABLE named USING fts5 (words, tokenize = "unicode61 remove_diacritics 2");
    CREATE VIRTUAL TABLE said USING fts5 (words, tokenize = "unicode61 remove_diacritics 2");
    CREATE TRIGGER unnamed AFTER DELETE ON conversations BEGIN DELETE FROM named WHERE rowid = old.row; END;
    CREATE TRIGGER unsaid AFTER DELETE ON exchanges BEGIN DELETE FROM said WHERE rowid = old.row; END
    """,
    feedback.TABLES,
    "CREATE TABLE erased (document_id TEXT PRIMARY KEY, erased TEXT NOT NULL) WITHOUT ROWID",
)
_WORD = re.compile(r"\w+")
_NAME = 80
"""Characters of a name."""


class Conversations:
    """The conversations of one person, or of everyone where nobody signs in. Safe to call from several threads."""

    def __init__(self, state_dir: Path, person: str = "", *, review: bool = True) -> None:
        """Open the file, or make it. Raises IndexFailure when it cannot be used.

        With `review`, questions that find no answer are kept for the maintainers.
        """
        self._person = person
        self._review = review
        self._withheld: Withheld | None = None
        self._file = StateFile(state_dir / CONVERSATIONS, _MIGRATIONS)

    def of(self, person: str, withheld: Withheld | None = None) -> Conversations:
        """Those of somebody else, in the same open file.

        `withheld` tells which of some articles this person may not see: what is kept of them is not given out. Without
        it, they may see all.
        """
        other = copy.copy(self)
        vars(other).update(_person=person, _withheld=withheld)
        return other

    @property
    def feedback(self) -> feedback.Feedback:
        """What this person says of answers."""
        return feedback.Feedback(self._file, self._person)

    @property
    def file(self) -> StateFile:
        """The file, for those who keep it in order."""
        return self._file

    def find(self, words: str = "", at_most: int = 200) -> list[Conversation]:
        """The conversations, latest first, less what was said; those that have each of the words, or its beginning.

        A word may stand in the name, in a question or in an answer.
        """
        terms = [f'"{word}"*' for word in _WORD.findall(words)]
        having = """ AND (row IN (SELECT rowid FROM named WHERE words MATCH ?) OR conversation_id IN (
            SELECT e.conversation_id FROM said JOIN exchanges e ON e.row = said.rowid WHERE said.words MATCH ?))"""
        rows = self._database.query(
            "SELECT conversation_id, name, begun, changed FROM conversations WHERE person = ?"
            f"{having * len(terms)} ORDER BY changed DESC, row DESC LIMIT ?",
            self._person,
            *(term for term in terms for _ in range(2)),
            at_most,
        )
        found = [Conversation(**dict(row)) for row in rows]
        return self._still_saying(found, words) if terms and self._withheld else found

    def _still_saying(self, found: Sequence[Conversation], words: str) -> list[Conversation]:
        """Less those that have a word in nothing but what is withheld."""
        said = {one.conversation_id: self._said(one.conversation_id) for one in found}
        hidden = self._hidden([exchange for exchanges in said.values() for exchange in exchanges.values()])
        return [one for one in found if forgetting.says(words, one.name, said[one.conversation_id].values(), hidden)]

    def get(self, conversation_id: str) -> Conversation:
        """A conversation with all that was said. Raises UnknownConversation."""
        rows = self._database.query(
            "SELECT conversation_id, name, begun, changed FROM conversations WHERE conversation_id = ? AND person = ?",
            conversation_id,
            self._person,
        )
        if not rows:
            raise _unknown(conversation_id)
        said = self._said(conversation_id)
        hidden = self._hidden(said.values())
        seen = forgetting.without(said.values(), hidden, forgetting.WITHHELD) if hidden else said.values()
        return Conversation(**dict(rows[0]), exchanges=dict(zip(said, seen, strict=True)))

    def _said(self, conversation_id: str) -> dict[int, Exchange]:
        """What was said in a conversation, by number, in order."""
        within = "SELECT number, record FROM exchanges WHERE conversation_id = ? ORDER BY number"
        rows = self._database.query(within, conversation_id)
        return {int(row["number"]): read(row["record"]) for row in rows}

    def _hidden(self, exchanges: Iterable[Exchange]) -> frozenset[str]:
        """The ids of the articles that something is kept of and that may not be seen."""
        ids: set[str] = set().union(*map(forgetting.documents, exchanges))
        return frozenset(self._withheld(sorted(ids))) if self._withheld and ids else frozenset()

    def name(self, conversation_id: str) -> str:
        """The name of a conversation. Raises UnknownConversation."""
        rows = self._database.query(
            "SELECT name FROM conversations WHERE conversation_id = ? AND person = ?", conversation_id, self._person
        )
        if not rows:
            raise _unknown(conversation_id)
        return str(rows[0]["name"])

    def begin(self, question: str) -> str:
        """A new conversation, named by its first question; its id."""
        conversation_id, begun = secrets.token_urlsafe(12), now()
        with self._database.transaction() as connection:
            _begin(connection, (conversation_id, self._person, _named(question), begun, begun, 0))
        return conversation_id

    def append(self, conversation_id: str, exchange: Exchange) -> int:
        """Put an exchange after all others; its number, which no other gets later. Raises UnknownConversation."""

        def add(connection: sqlite3.Connection) -> int:
            (number,) = connection.execute(
                "UPDATE conversations SET numbered = numbered + 1 WHERE conversation_id = ? RETURNING numbered",
                (conversation_id,),
            ).fetchone()
            kept = _less_erased(connection, exchange)
            write(connection, conversation_id, number, kept)
            self._note(connection, (conversation_id, number), kept)
            return int(number)

        return self._change(conversation_id, add)

    def put(self, conversation_id: str, number: int, exchange: Exchange) -> None:
        """Put an exchange in the place of the one of that number; one that was forgotten stays so.

        Raises UnknownConversation.
        """

        def replaced(connection: sqlite3.Connection) -> None:
            kept = _less_erased(connection, exchange)
            if replace(connection, conversation_id, number, kept):
                self._note(connection, (conversation_id, number), kept)

        self._change(conversation_id, replaced)

    def cut(self, conversation_id: str, numbers: Collection[int]) -> None:
        """Forget the exchanges of those numbers. Raises UnknownConversation."""

        def cut(connection: sqlite3.Connection) -> None:
            feedback.forget_questions(connection, conversation_id, numbers)
            connection.executemany(
                "DELETE FROM exchanges WHERE conversation_id = ? AND number = ?",
                [(conversation_id, number) for number in numbers],
            )

        self._change(conversation_id, cut)
        self._database.empty_log()

    def rename(self, conversation_id: str, name: str) -> None:
        """Give a conversation another name; an empty one changes nothing. Raises UnknownConversation."""
        if name.strip():
            self._change(conversation_id, lambda connection: _rename(connection, conversation_id, _named(name)))

    def delete(self, conversation_id: str) -> None:
        """Forget a conversation for good; nothing happens where there is none of that id."""
        with self._database.transaction() as connection:
            gone = connection.execute(
                "DELETE FROM conversations WHERE conversation_id = ? AND person = ?", (conversation_id, self._person)
            )
            if gone.rowcount:
                feedback.forget_questions(connection, conversation_id)
                drop_words(connection)
        if gone.rowcount:
            self._database.empty_log()

    def copy_to(self, path: Path) -> None:
        """Write the state of this moment, of everyone, into another file."""
        self._database.copy_to(path)

    def bring_back(self, path: Path, removed: Collection[str] = ()) -> None:
        """Take over the conversations of another such file, of everyone, that are not here; none is changed.

        Nothing comes back of people who were `removed`, by their names as they are compared.
        """
        with closing(Database(path)) as other:
            other.migrate(_MIGRATIONS)
            with self._database.transaction() as connection:
                here = {row[0] for row in connection.execute("SELECT conversation_id FROM conversations")}
                for row in other.query("SELECT * FROM conversations ORDER BY row"):
                    if row["conversation_id"] in here or folded(row["person"]) in removed:
                        continue
                    _begin(connection, tuple(row)[1:])
                    said = "SELECT number, record FROM exchanges WHERE conversation_id = ? ORDER BY number"
                    for each in other.query(said, row["conversation_id"]):
                        write(connection, row["conversation_id"], each["number"], read(each["record"]))
                feedback.bring_back(connection, other, removed)

    def problems(self) -> list[str]:
        """What is wrong with the file; of what is in it `unread` tells."""
        return self._database.problems(thorough=True)

    def unread(self, *, mend: bool = False) -> int:
        """How many exchanges cannot be read; `mend` puts ones in their places that say so."""
        rows = self._database.query("SELECT conversation_id, number, record FROM exchanges")
        damaged = [row for row in rows if not is_whole(row["record"])]
        for row in damaged if mend else []:
            with self._database.transaction() as connection:
                replace(connection, row["conversation_id"], row["number"], read(row["record"]))
        return len(damaged)

    def _note(self, connection: sqlite3.Connection, place: tuple[str, int], exchange: Exchange) -> None:
        feedback.note(connection, self._person, place, exchange, ask=self._review)

    def close(self) -> None:
        """Close the file, for everyone who has it from here."""
        self._file.close()

    @property
    def _database(self) -> Database:
        return self._file.database

    def _change(self, conversation_id: str, change: Callable[[sqlite3.Connection], _Result]) -> _Result:
        with self._database.transaction() as connection:
            known = connection.execute(
                "UPDATE conversations SET changed = ? WHERE conversation_id = ? AND person = ?",
                (now(), conversation_id, self._person),
            )
            if not known.rowcount:
                raise _unknown(conversation_id)
            return change(connection)


def _begin(connection: sqlite3.Connection, values: tuple[object, ...]) -> None:
    row = connection.execute(
        "INSERT INTO conversations (conversation_id, person, name, begun, changed, numbered) VALUES (?, ?, ?, ?, ?, ?)",
        values,
    ).lastrowid
    connection.execute("INSERT INTO named (rowid, words) VALUES (?, ?)", (row, values[2]))


def _rename(connection: sqlite3.Connection, conversation_id: str, name: str) -> None:
    connection.execute("UPDATE conversations SET name = ? WHERE conversation_id = ?", (name, conversation_id))
    row = "(SELECT row FROM conversations WHERE conversation_id = ?)"
    connection.execute(f"UPDATE named SET words = ? WHERE rowid = {row}", (name, conversation_id))


def write(connection: sqlite3.Connection, conversation_id: str, number: int, exchange: Exchange) -> None:
    """Within a transaction: put an exchange where there is none of that number."""
    record = json.dumps(exchange.to_dict(), ensure_ascii=False)
    row = connection.execute(
        "INSERT INTO exchanges (conversation_id, number, record) VALUES (?, ?, ?)",
        (conversation_id, number, record),
    ).lastrowid
    connection.execute("INSERT INTO said (rowid, words) VALUES (?, ?)", (row, f"{exchange.question}\n{exchange.text}"))


def replace(connection: sqlite3.Connection, conversation_id: str, number: int, exchange: Exchange) -> bool:
    """Within a transaction: put an exchange in place of the one of that number; False where there is none."""
    there = connection.execute(
        "DELETE FROM exchanges WHERE conversation_id = ? AND number = ?", (conversation_id, number)
    )
    if there.rowcount:
        write(connection, conversation_id, number, exchange)
    return bool(there.rowcount)


def _less_erased(connection: sqlite3.Connection, exchange: Exchange) -> Exchange:
    """An exchange less what is of articles that were deleted for good while its answer was under way.

    The same bytes that are added later have the same id, so the moment counts.
    """
    rows = connection.execute("SELECT document_id FROM erased WHERE erased >= ?", (exchange.asked,)).fetchall()
    gone = {row["document_id"] for row in rows} if exchange.asked else set()
    return forgetting.without([exchange], gone, forgetting.DELETED)[0] if gone else exchange


def drop_words(connection: sqlite3.Connection) -> None:
    """Within a transaction: leave no word in the lexical indexes of what was deleted; they only mark it as gone."""
    for table in ("named", "said"):
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")


def _named(text: str) -> str:
    """A text as a name: one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= _NAME else line[: _NAME - 1].rsplit(" ", 1)[0] + "…"


def _unknown(conversation_id: str) -> UnknownConversation:
    return UnknownConversation(f"there is no conversation {conversation_id!r}; it was deleted, or is somebody else's")
