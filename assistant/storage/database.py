"""Opening a SQLite file so that several threads may use it, with errors in words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from ..errors import DamagedFile, IndexFailure
from .private import make_private

_Result = TypeVar("_Result")
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SHORT_READ = 522
"""SQLITE_IOERR_SHORT_READ: the file ends before it should."""


class Database:
    """One SQLite file in WAL mode; statements and transactions of several threads take turns.

    Raises DamagedFile when the file is not what SQLite wrote, and IndexFailure when it cannot be used.
    """

    def __init__(self, path: Path, *, private: bool = False, read_only: bool = False) -> None:
        """Open the file, or make an empty one of version 0.

        A `private` one can be read by this user alone; `read_only` is for a connection beside another one.
        """
        self.path = path
        self._turn = threading.RLock()
        self._taken_over = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if private:  # before SQLite makes it, and what it keeps beside it, which gets the same permissions
                make_private(path)
        except OSError as error:
            raise IndexFailure(_unusable(path, str(error.strerror))) from None
        name = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        self._connection = self._said_in_words(
            lambda: sqlite3.connect(name, uri=True, check_same_thread=False, isolation_level=None, timeout=10)
        )
        try:
            self._connection.row_factory = sqlite3.Row
            self._said_in_words(self._prepare)
        except IndexFailure:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA foreign_keys=ON")
        self.version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        tables = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if self.version == 0 and tables:  # both are written in one transaction
            raise DamagedFile.of(self.path, "it has tables, but no version")

    def upgrade(self, script: str, version: int) -> None:
        """Run statements that take the file to another version, all or none."""
        with self._turn:
            try:
                self._said_in_words(
                    lambda: self._connection.executescript(f"BEGIN; {script}; PRAGMA user_version={version}; COMMIT")
                )
            finally:
                self._roll_back()
            self.version = version

    def migrate(self, migrations: Sequence[str]) -> None:
        """Bring the file to the version that the migrations end with; the n-th takes it from version n to n + 1.

        A file with something in it is copied first, beside itself. Raises IndexFailure on one of a newer version.
        """
        newest = len(migrations)
        if self.version > newest:
            raise IndexFailure(
                f"{self.path} was written by a newer version of the assistant (format {self.version}, this one knows"
                f" {newest}); update the assistant"
            )
        if 0 < self.version < newest:
            self.copy_to(self.path.with_name(f"{self.path.name}.format{self.version}"))
        for version in range(self.version, newest):
            self.upgrade(migrations[version], version + 1)

    def query(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a statement that only reads."""
        with self._turn:
            return self._said_in_words(lambda: self._connection.execute(statement, values).fetchall())

    @property
    def writes(self) -> int:
        """Grows with every row that is written since the file was opened, and with every file that is taken over."""
        with self._turn:
            return self._connection.total_changes + self._taken_over

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """While the block runs no other thread writes, so that several statements read the same state."""
        with self._turn:
            yield

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is committed when the block ends well and undone when it does not.

        Within another one of the same thread it is a part of that.
        """
        with self._turn:
            if self._in_transaction():
                yield self._connection
                return
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException as error:
                self._roll_back()
                if isinstance(error, sqlite3.Error):
                    raise _in_words(self.path, error) from None
                raise

    def _in_transaction(self) -> bool:
        try:
            return self._connection.in_transaction
        except sqlite3.Error as error:  # it was closed meanwhile
            raise _in_words(self.path, error) from None

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):  # of one that was closed meanwhile, or fails anyway
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def problems(self, *, thorough: bool = False) -> list[str]:
        """What SQLite's own check finds wrong with the file. `thorough` compares the indexes with the tables, too."""
        check = "integrity_check" if thorough else "quick_check"
        try:
            found = [str(row[0]) for row in self.query(f"PRAGMA {check}(5)")]
        except DamagedFile as damage:
            return [damage.reason]
        return [problem for problem in found if problem != "ok"]

    def wipe_deleted(self) -> None:
        """From now on overwrite what is deleted."""
        self.query("PRAGMA secure_delete = ON")

    def scrub(self) -> bool:
        """Leave nothing in the file of what was deleted before; see `empty_log`. Takes as long as copying it."""
        self.query("VACUUM")
        return self.empty_log()

    def empty_log(self) -> bool:
        """Leave nothing in the write-ahead log, which holds what was deleted until it is written over.

        False where somebody else reads it all the while: then it is emptied when the last of them ends.
        """
        return not self.query("PRAGMA wal_checkpoint(TRUNCATE)")[0]["busy"]

    def copy_to(self, path: Path) -> None:
        """Write the state of this moment into another file, whole or not at all; one that is there is replaced.

        It can be read by this user alone.
        """
        beside = path.with_name(f"{path.name}.part")
        try:
            beside.unlink(missing_ok=True)
            make_private(beside)
            with closing(sqlite3.connect(beside)) as copy, self._turn:
                self._connection.backup(copy)
            beside.replace(path)
        except (sqlite3.Error, OSError) as error:
            raise IndexFailure(f"cannot copy {self.path} to {path.parent} ({error}); check the free disk") from None

    def vacuum(self) -> None:
        """Write the file anew, without what was deleted from it."""
        with self._turn:
            self._said_in_words(lambda: self._connection.execute("VACUUM"))

    def take_over(self, path: Path) -> None:
        """Hold what another SQLite file holds, in one transaction, in place of everything."""
        with closing(self._said_in_words(lambda: sqlite3.connect(path))) as other, self._turn:
            self._said_in_words(lambda: other.backup(self._connection))
            self._taken_over += 1
            self._said_in_words(self._prepare)

    def close(self) -> None:
        """Close the file; the object is of no use afterwards."""
        with self._turn:
            self._connection.close()

    def _said_in_words(self, call: Callable[[], _Result]) -> _Result:
        try:
            return call()
        except sqlite3.Error as error:
            raise _in_words(self.path, error) from None
        except UnicodeDecodeError as error:  # of a name in a damaged schema
            raise DamagedFile.of(self.path, str(error)) from None


class StateFile:
    """A file of `state_dir` that several processes have open, and that may be set aside or deleted meanwhile.

    Only this user can read it, and what is deleted in it is overwritten.
    """

    def __init__(self, path: Path, migrations: Sequence[str]) -> None:
        """Open the file, or make it. Raises IndexFailure when it cannot be used."""
        self.path = path
        self._migrations = migrations
        self._turn = threading.Lock()
        self._open()

    @property
    def database(self) -> Database:
        """The file that is there now, opened anew where it is another one than it was."""
        with self._turn:
            try:
                same = self.path.stat().st_ino == self._file
            except FileNotFoundError:
                same = False
            if not same:
                self._opened.close()
                self._open()
            return self._opened

    def close(self) -> None:
        """Close the file."""
        self._opened.close()

    def _open(self) -> None:
        self._opened = Database(self.path, private=True)
        try:
            self._opened.wipe_deleted()
            self._opened.migrate(self._migrations)
        except IndexFailure:
            self._opened.close()
            raise
        self._file = self.path.stat().st_ino


def version_of(path: Path) -> int:
    """The version of a SQLite file, which is not changed; 0 for none that can be read."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error:
        return 0


def now() -> str:
    """The time as our files have it: UTC, ISO 8601 to the microsecond, so that texts have the order of times."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def set_aside(path: Path) -> Path:
    """Move a SQLite file that is damaged out of the way, with what SQLite keeps beside it; where it is now."""
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    for ending in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).replace(aside.with_name(aside.name + ending))
    return aside


def discard(path: Path) -> None:
    """Delete a SQLite file that nobody has open, with what SQLite keeps beside it."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _in_words(path: Path, error: sqlite3.Error) -> IndexFailure:
    code = getattr(error, "sqlite_errorcode", 0) or 0
    missing = isinstance(error, sqlite3.OperationalError) and str(error).startswith("no such")
    if code & 0xFF in _DAMAGED or code == _SHORT_READ or missing:
        return DamagedFile.of(path, str(error))
    return IndexFailure(_unusable(path, str(error)))


def _unusable(path: Path, reason: str) -> str:
    return f"cannot use {path} ({reason}); check that {path.parent} can be written and the disk has room"
