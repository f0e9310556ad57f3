"""The people who may sign in: one SQLite file in `state_dir`, which several processes may have open at once.

name and password → `sign_in` → a session's id, of which only the hash is kept → `by_session` at each request
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..access import READER
from ..errors import UsageError
from ..storage.database import Database, StateFile
from . import passwords as passwords_
from .passwords import Passwords, WrongPasswords
from .people import LONGEST_NAME, Token, User, checked_groups, checked_name, checked_role, folded

USERS = "users.sqlite3"
TOKEN = "ba_"  # noqa: S105 - how one begins, so that it is known where it is found
_MIGRATIONS = (
    """
    CREATE TABLE users (
        row INTEGER PRIMARY KEY, user_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE,
        hash TEXT NOT NULL, role TEXT NOT NULL, groups TEXT NOT NULL, made TEXT NOT NULL,
        disabled INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE sessions (
        hash TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE, ends REAL NOT NULL
    );
    CREATE TABLE tokens (
        token_id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
        hash TEXT NOT NULL UNIQUE, label TEXT NOT NULL, made TEXT NOT NULL, used TEXT NOT NULL DEFAULT '', ends REAL
    );
    CREATE TABLE removed (folded TEXT PRIMARY KEY)
    """,
)
_LONGEST_LABEL = 80
_SECRET = re.compile(r"[\w-]{20,200}", re.ASCII)
_KNOWN = "user_id, name, role, groups, made, disabled"


class Users:
    """The people and their sessions. Safe to call from several threads. Raises IndexFailure when the file is unusable.

    `clock` gives seconds since 1970.
    """

    def __init__(
        self,
        state_dir: Path,
        passwords: Passwords | None = None,
        wrong: WrongPasswords | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._file = StateFile(state_dir / USERS, _MIGRATIONS)
        self._passwords = passwords or Passwords()
        self._wrong = wrong or WrongPasswords()
        self._clock = clock
        self._trying = threading.BoundedSemaphore(passwords_.AT_ONCE)

    def add(self, name: str, password: str, role: str = READER, groups: Sequence[str] = ()) -> User:
        """Make a user. Raises UsageError for a name, password, role or group that is not taken."""
        name = checked_name(name)
        passwords_.check(password, name)
        values = (secrets.token_hex(8), name, folded(name), self._passwords.hash(password), checked_role(role))
        with self._database.transaction() as connection:
            if connection.execute("SELECT 1 FROM users WHERE folded = ?", (folded(name),)).fetchone():
                raise UsageError(f"there is a user {name!r} already; take another name, or use 'users change'")
            connection.execute(
                "INSERT INTO users (user_id, name, folded, hash, role, groups, made) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*values, json.dumps(checked_groups(groups)), self._now()),
            )
            connection.execute("DELETE FROM removed WHERE folded = ?", (folded(name),))
        return self.get(name)

    def all(self) -> list[User]:
        """Everybody, by name."""
        return [_user(row) for row in self._database.query(f"SELECT {_KNOWN} FROM users ORDER BY folded")]

    def get(self, name: str) -> User:
        """Somebody by name. Raises UsageError where there is nobody of that name."""
        rows = self._database.query(f"SELECT {_KNOWN} FROM users WHERE folded = ?", folded(name))
        if not rows:
            raise UsageError(f"there is no user {name!r}; 'assistant users list' shows who there is")
        return _user(rows[0])

    def change(
        self,
        name: str,
        role: str | None = None,
        groups: Sequence[str] | None = None,
        disabled: bool | None = None,
    ) -> User:
        """Give another role or other groups, which counts from the next request on; who is disabled is signed out."""
        user = self.get(name)
        new = (
            user.role if role is None else checked_role(role),
            json.dumps(user.groups if groups is None else checked_groups(groups)),
            user.disabled if disabled is None else disabled,
        )
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE users SET role = ?, groups = ?, disabled = ? WHERE user_id = ?", (*new, user.user_id)
            )
            if disabled:
                connection.execute("DELETE FROM sessions WHERE user_id = ?", (user.user_id,))
        return self.get(name)

    def set_password(self, name: str, password: str) -> None:
        """Give another password, which ends all sessions."""
        user = self.get(name)
        passwords_.check(password, user.name)
        kept = self._passwords.hash(password)
        with self._database.transaction() as connection:
            connection.execute("UPDATE users SET hash = ? WHERE user_id = ?", (kept, user.user_id))
            connection.execute("DELETE FROM sessions WHERE user_id = ?", (user.user_id,))

    def remove(self, name: str) -> None:
        """Forget somebody with all sessions and tokens, also where a backup is restored that holds them."""
        user = self.get(name)
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM users WHERE user_id = ?", (user.user_id,))
            connection.execute("INSERT OR IGNORE INTO removed VALUES (?)", (folded(name),))

    def sign_in(self, name: str, password: str, hours: float, address: str = "") -> tuple[User, str] | None:
        """Begin a session of some hours: who it is, and its id, which is told once; None for a wrong password.

        Raises TooMany after too many wrong ones for the name or from the address, until it was quiet for a while.
        """
        plain = folded(name[: LONGEST_NAME * 4])
        kept = self._proved(plain, password, address)
        if not kept:
            return None
        fresh = self._passwords.hash(password) if self._passwords.is_outdated(kept) else kept
        session, now = secrets.token_urlsafe(32), self._clock()
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE ends <= ?", (now,))
            # A password or a person that was changed meanwhile is not found under the former hash.
            row = connection.execute(
                f"UPDATE users SET hash = ? WHERE folded = ? AND hash = ? AND NOT disabled RETURNING {_KNOWN}",
                (fresh, plain, kept),
            ).fetchone()
            if row is None:
                return None
            begun = (_hashed(session), row["user_id"], now + hours * 3_600)
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", begun)
        return _user(row), session

    def by_session(self, session: str) -> User | None:
        """Whose session it is, with the roles of this moment; None for one that has ended or never was."""
        return self._by("sessions", session)

    def sign_out(self, session: str) -> None:
        """End a session; nothing happens where there is none."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE hash = ?", (_hashed(session),))

    def sign_out_everywhere(self, name: str) -> int:
        """End all sessions of somebody; how many there were."""
        user = self.get(name)
        with self._database.transaction() as connection:
            ended = connection.execute("DELETE FROM sessions WHERE user_id = ?", (user.user_id,))
            return ended.rowcount

    def make_token(self, name: str, label: str, days: float | None = None) -> str:
        """A token for programs, which is told once; it ends after some days, or when it is revoked."""
        user, label = self.get(name), " ".join(label.split())
        if not 0 < len(label) <= _LONGEST_LABEL or not label.isprintable():
            raise UsageError(
                f"the label {label!r} is not taken; say what the token is for, in {_LONGEST_LABEL} characters"
            )
        if days is not None and not 0 < days < 36_500:
            raise UsageError(f"{days} days cannot be; give how many days the token is good for")
        token = TOKEN + secrets.token_urlsafe(32)
        ends = None if days is None else self._clock() + days * 86_400
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO tokens (token_id, user_id, hash, label, made, ends) VALUES (?, ?, ?, ?, ?, ?)",
                (secrets.token_hex(4), user.user_id, _hashed(token), label, self._now(), ends),
            )
        return token

    def tokens(self, name: str) -> list[Token]:
        """The tokens of somebody, the oldest first."""
        rows = self._database.query(
            "SELECT token_id, label, made, used, ends FROM tokens WHERE user_id = ? ORDER BY made, token_id",
            self.get(name).user_id,
        )
        return [Token(**{**dict(row), "ends": _in_words(row["ends"]) if row["ends"] else ""}) for row in rows]

    def revoke(self, token_id: str) -> None:
        """End a token by its id. Raises UsageError where there is none of that id."""
        with self._database.transaction() as connection:
            if not connection.execute("DELETE FROM tokens WHERE token_id = ?", (token_id,)).rowcount:
                raise UsageError(f"there is no token {token_id!r}; 'assistant users tokens NAME' shows which there are")

    def by_token(self, token: str) -> User | None:
        """Whose token it is, with the roles of this moment; None for one that has ended or never was."""
        user = self._by("tokens", token) if token.startswith(TOKEN) else None
        minute = _in_words(self._clock())[:16]
        if user and self._database.query("SELECT 1 FROM tokens WHERE hash = ? AND used < ?", _hashed(token), minute):
            with self._database.transaction() as connection:
                connection.execute("UPDATE tokens SET used = ? WHERE hash = ?", (minute, _hashed(token)))
        return user

    def copy_to(self, path: Path) -> None:
        """Write everybody and their tokens, but no session, into another file."""
        self._database.copy_to(path)
        with closing(Database(path)) as copy:
            with copy.transaction() as connection:
                connection.execute("DELETE FROM sessions")
            copy.vacuum()  # no trace of them stays in free pages

    def bring_back(self, path: Path) -> None:
        """Take over who is missing here from another such file, with their tokens and without any session.

        Nobody is changed who is here, and nobody comes back who was removed here.
        """
        with closing(Database(path)) as other:
            other.migrate(_MIGRATIONS)
            users, tokens = other.query("SELECT * FROM users ORDER BY row"), other.query("SELECT * FROM tokens")
        with self._database.transaction() as connection:
            known = "SELECT folded FROM users UNION SELECT folded FROM removed"
            here = {row[0] for row in connection.execute(known)}
            missing = [row for row in users if row["folded"] not in here]
            connection.executemany(
                "INSERT INTO users VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", [tuple(r)[1:] for r in missing]
            )
            ids = {row["user_id"] for row in missing}
            theirs = [tuple(row) for row in tokens if row["user_id"] in ids]
            connection.executemany("INSERT OR IGNORE INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?)", theirs)

    def removed(self) -> frozenset[str]:
        """The names, folded, of those who were removed here and do not come back."""
        return frozenset(row["folded"] for row in self._database.query("SELECT folded FROM removed"))

    def problems(self) -> list[str]:
        """What is wrong with the file."""
        return self._database.problems(thorough=True)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def _database(self) -> Database:
        return self._file.database

    def _proved(self, name: str, password: str, address: str) -> str:
        """The hash that a password fits; empty where it is wrong.

        Two are tried at a time, so that a flood takes no more memory, and no more than one over the limit is tried.
        """
        with self._trying:
            self._wrong.check(name, address)
            rows = self._database.query("SELECT hash, disabled FROM users WHERE folded = ?", name)
            kept = str(rows[0]["hash"]) if rows and not rows[0]["disabled"] else None
            if self._passwords.fits(password, kept) and kept is not None:
                return kept
            self._wrong.count(name, address)
            return ""

    def _by(self, table: str, secret: str) -> User | None:
        if not _SECRET.fullmatch(secret):
            return None
        rows = self._database.query(
            f"SELECT {', '.join(f'u.{name}' for name in _KNOWN.split(', '))} FROM {table} t JOIN users u"
            " ON u.user_id = t.user_id WHERE t.hash = ? AND (t.ends IS NULL OR t.ends > ?) AND NOT u.disabled",
            _hashed(secret),
            self._clock(),
        )
        return _user(rows[0]) if rows else None

    def _now(self) -> str:
        return _in_words(self._clock())


def _user(row: sqlite3.Row) -> User:
    known: dict[str, Any] = dict(row)
    return User(**{**known, "groups": tuple(json.loads(known["groups"])), "disabled": bool(known["disabled"])})


def _hashed(secret: str) -> str:
    """Sessions and tokens have 256 random bits: a plain hash keeps them."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _in_words(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
