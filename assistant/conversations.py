"""The conversations that are kept: one SQLite file in `state_dir`, which several processes may have open at once.

question → `append` → answer → `put` in its place. Earlier questions that are asked again `cut` what follows.
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from .database import Database, discard
from .errors import UnknownConversation
from .records import Answer, Filters, Record

_Result = TypeVar("_Result")
CONVERSATIONS = "conversations.sqlite3"
_MIGRATIONS = (
    """
    CREATE TABLE conversations (
        conversation_id TEXT PRIMARY KEY, person TEXT NOT NULL, name TEXT NOT NULL,
        begun TEXT NOT NULL, changed TEXT NOT NULL, numbered INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX by_person ON conversations (person, changed);
    CREATE TABLE exchanges (
        row INTEGER PRIMARY KEY,
        conversation_id TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
        position INTEGER NOT NULL, record TEXT NOT NULL,
        UNIQUE (conversation_id, position)
    );
    CREATE VIRTUAL TABLE said USING fts5 (words, tokenize = "unicode61 remove_diacritics 2");
    CREATE TRIGGER unsaid AFTER DELETE ON exchanges BEGIN DELETE FROM said WHERE rowid = old.row; END
    """,
)
_UNREAD = "what is kept of it is damaged"
_WORD = re.compile(r"\w+")
_NAME = 80
"""Characters of a name."""


@dataclass(frozen=True, slots=True)
class Exchange(Record):
    """A question of a kept conversation and what came of it. Without an answer it was stopped, or failed."""

    question: str
    asked: str = ""
    """When, in UTC, as ISO 8601."""
    filters: Filters | None = None
    text: str = ""
    """What was shown of the answer."""
    answer: Answer | None = None
    failure: str = ""
    """Why there is no answer, in words; empty for one that was stopped."""


@dataclass(frozen=True, slots=True)
class Conversation(Record):
    """A conversation that is kept."""

    conversation_id: str
    name: str
    begun: str
    """When, in UTC, as ISO 8601."""
    changed: str
    exchanges: dict[int, Exchange] = field(default_factory=dict)
    """By their number, which they keep, in order; empty in a list of conversations."""


class Conversations:
    """The conversations of one person, or of everyone where nobody signs in. Safe to call from several threads."""

    def __init__(self, state_dir: Path, person: str = "") -> None:
        """Open the file, or make it. Raises IndexFailure when it cannot be used."""
        self._person = person
        self._database = Database(state_dir / CONVERSATIONS)
        self._database.migrate(_MIGRATIONS)

    def find(self, words: str = "", at_most: int = 200) -> list[Conversation]:
        """The conversations, latest first, less what was said; those whose name or text has all the words."""
        given = _WORD.findall(words)
        matching = """ AND (instr(lower(name), lower(?)) OR conversation_id IN (
            SELECT conversation_id FROM said JOIN exchanges ON row = said.rowid WHERE words MATCH ?))"""
        values = [words.strip(), " ".join(f'"{word}"*' for word in given)] if given else []
        rows = self._database.query(
            "SELECT conversation_id, name, begun, changed FROM conversations WHERE person = ?"
            f"{matching * bool(given)} ORDER BY changed DESC, conversations.rowid DESC LIMIT ?",
            self._person,
            *values,
            at_most,
        )
        return [Conversation(**dict(row)) for row in rows]

    def get(self, conversation_id: str) -> Conversation:
        """A conversation with all that was said. Raises UnknownConversation."""
        rows = self._database.query(
            "SELECT conversation_id, name, begun, changed FROM conversations WHERE conversation_id = ? AND person = ?",
            conversation_id,
            self._person,
        )
        if not rows:
            raise _unknown(conversation_id)
        said = self._database.query(
            "SELECT position, record FROM exchanges WHERE conversation_id = ? ORDER BY position", conversation_id
        )
        exchanges = {int(row["position"]): _read(row["record"]) for row in said}
        return Conversation(**dict(rows[0]), exchanges=exchanges)

    def begin(self, question: str) -> str:
        """A new conversation, named by its first question; its id."""
        conversation_id, now = secrets.token_urlsafe(12), _now()
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, 0)",
                (conversation_id, self._person, _named(question), now, now),
            )
        return conversation_id

    def append(self, conversation_id: str, exchange: Exchange) -> int:
        """Put an exchange after all others; its number, which no other gets later. Raises UnknownConversation."""

        def add(connection: sqlite3.Connection) -> int:
            (number,) = connection.execute(
                "UPDATE conversations SET numbered = numbered + 1 WHERE conversation_id = ? RETURNING numbered",
                (conversation_id,),
            ).fetchone()
            _write(connection, conversation_id, number, exchange)
            return int(number)

        return self._change(conversation_id, add)

    def put(self, conversation_id: str, position: int, exchange: Exchange) -> None:
        """Put an exchange in the place of the one of that number; one that was forgotten stays so.

        Raises UnknownConversation.
        """
        self._change(conversation_id, lambda connection: _replace(connection, conversation_id, position, exchange))

    def cut(self, conversation_id: str, position: int) -> None:
        """Forget the exchange of that number and all after it. Raises UnknownConversation."""
        self._change(
            conversation_id,
            lambda connection: connection.execute(
                "DELETE FROM exchanges WHERE conversation_id = ? AND position >= ?", (conversation_id, position)
            ),
        )

    def rename(self, conversation_id: str, name: str) -> None:
        """Give a conversation another name; an empty one changes nothing. Raises UnknownConversation."""
        if name.strip():
            self._change(
                conversation_id,
                lambda connection: connection.execute(
                    "UPDATE conversations SET name = ? WHERE conversation_id = ?", (_named(name), conversation_id)
                ),
            )

    def delete(self, conversation_id: str) -> None:
        """Forget a conversation for good; nothing happens where there is none of that id."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM conversations WHERE conversation_id = ? AND person = ?", (conversation_id, self._person)
            )

    def copy_to(self, path: Path) -> None:
        """Write the state of this moment, of everyone, into another file."""
        self._database.copy_to(path)

    def bring_back(self, path: Path) -> None:
        """Take over the conversations of another such file, of everyone, that are not here; none is changed."""
        with closing(Database(path)) as other:
            other.migrate(_MIGRATIONS)
            with self._database.transaction() as connection:
                for row in other.query("SELECT * FROM conversations"):
                    kept = connection.execute(
                        "INSERT OR IGNORE INTO conversations VALUES (?, ?, ?, ?, ?, ?)", tuple(row)
                    )
                    if kept.rowcount:
                        for said in other.query(
                            "SELECT position, record FROM exchanges WHERE conversation_id = ?", row["conversation_id"]
                        ):
                            _write(connection, row["conversation_id"], said["position"], _read(said["record"]))

    def problems(self) -> list[str]:
        """What is wrong with the file, and with what is in it."""
        return self._database.problems(thorough=True)

    def unread(self, *, mend: bool = False) -> int:
        """How many exchanges cannot be read; `mend` puts ones in their places that say so."""
        rows = self._database.query("SELECT conversation_id, position, record FROM exchanges")
        damaged = [row for row in rows if not _is_whole(row["record"])]
        for row in damaged if mend else []:
            with self._database.transaction() as connection:
                _replace(connection, row["conversation_id"], row["position"], _read(row["record"]))
        return len(damaged)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _change(self, conversation_id: str, change: Callable[[sqlite3.Connection], _Result]) -> _Result:
        with self._database.transaction() as connection:
            known = connection.execute(
                "UPDATE conversations SET changed = ? WHERE conversation_id = ? AND person = ?",
                (_now(), conversation_id, self._person),
            )
            if not known.rowcount:
                raise _unknown(conversation_id)
            return change(connection)


def set_aside(state_dir: Path) -> Path:
    """Move a file that is damaged out of the way, so that a new one is begun; where it is now."""
    path = state_dir / CONVERSATIONS
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    path.replace(aside)
    discard(path)
    return aside


def _write(connection: sqlite3.Connection, conversation_id: str, position: int, exchange: Exchange) -> None:
    record = json.dumps(exchange.to_dict(), ensure_ascii=False)
    row = connection.execute(
        "INSERT INTO exchanges (conversation_id, position, record) VALUES (?, ?, ?)",
        (conversation_id, position, record),
    ).lastrowid
    connection.execute("INSERT INTO said (rowid, words) VALUES (?, ?)", (row, f"{exchange.question}\n{exchange.text}"))


def _replace(connection: sqlite3.Connection, conversation_id: str, position: int, exchange: Exchange) -> None:
    there = connection.execute(
        "DELETE FROM exchanges WHERE conversation_id = ? AND position = ?", (conversation_id, position)
    )
    if there.rowcount:
        _write(connection, conversation_id, position, exchange)


def _read(record: str) -> Exchange:
    """An exchange; one that says so where it is damaged, so that the others can be read."""
    return Exchange.from_dict(json.loads(record)) if _is_whole(record) else Exchange("?", failure=_UNREAD)


def _is_whole(record: str) -> bool:
    try:
        Exchange.from_dict(json.loads(record))
    except (ValueError, TypeError, RecursionError):
        return False
    return True


def _named(text: str) -> str:
    """A text as a name: one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= _NAME else line[: _NAME - 1].rsplit(" ", 1)[0] + "…"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _unknown(conversation_id: str) -> UnknownConversation:
    return UnknownConversation(f"there is no conversation {conversation_id!r}; it was deleted, or is somebody else's")
