"""Opening a SQLite file so that several threads may use it, with errors in words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import IndexFailure


class Database:
    """One SQLite file in WAL mode; statements and transactions of several threads take turns."""

    def __init__(self, path: Path, schema: str, version: int) -> None:
        """Open or make the file. Raises IndexFailure when that is not possible, saying what to do."""
        self.path = path
        self._turn = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA foreign_keys=ON")
            self.found_version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
            if self.found_version == 0:
                self._connection.executescript(f"BEGIN; {schema}; PRAGMA user_version={version}; COMMIT")
                self.found_version = version
        except (sqlite3.Error, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise IndexFailure(
                f"cannot open {path} ({reason}); check that {path.parent} can be written, or set another folder"
            ) from None

    def query(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a statement that only reads."""
        with self._turn:
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """While the block runs no other thread writes, so that several statements read the same state."""
        with self._turn:
            yield

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is committed when the block ends well and undone when it does not."""
        with self._turn:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise IndexFailure(
                        f"cannot write {self.path} ({error}); check its folder and the free disk"
                    ) from None
                raise

    def close(self) -> None:
        """Close the file; the object is of no use afterwards."""
        with self._turn:
            self._connection.close()
