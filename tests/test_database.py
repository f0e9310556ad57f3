"""SQLite files: their versions, what is wrong with them in words, and threads that share one."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from assistant.documents.ledger import LEDGER, Ledger
from assistant.errors import DamagedFile, IndexFailure
from assistant.storage.database import Database
from tests.waiting import wait_for

FIRST = "CREATE TABLE people (name TEXT PRIMARY KEY)"
SECOND = "ALTER TABLE people ADD COLUMN role TEXT NOT NULL DEFAULT 'reader'"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "people.sqlite"


def migrated(path: Path, *migrations: str) -> Database:
    database = Database(path)
    database.migrate(migrations)
    return database


def test_a_new_file_runs_all_migrations_and_is_in_wal_mode(path: Path):
    database = migrated(path, FIRST, SECOND)
    assert database.version == 2
    assert database.query("PRAGMA journal_mode")[0][0] == "wal"
    assert database.query("SELECT role FROM people") == []
    database.close()


def test_a_file_of_an_older_version_keeps_what_it_holds_and_a_copy_stays_beside(path: Path):
    database = migrated(path, FIRST)
    with database.transaction() as connection:
        connection.execute("INSERT INTO people VALUES ('Ada')")
    database.close()
    database = migrated(path, FIRST, SECOND)
    assert [tuple(row) for row in database.query("SELECT name, role FROM people")] == [("Ada", "reader")]
    database.close()
    with closing(sqlite3.connect(path.with_name("people.sqlite.format1"))) as copy:
        assert copy.execute("SELECT * FROM people").fetchall() == [("Ada",)]


def test_a_migration_that_fails_leaves_the_file_as_it_was(path: Path):
    migrated(path, FIRST).close()
    database = Database(path)
    with pytest.raises(IndexFailure):
        database.migrate([FIRST, "ALTER TABLE people ADD COLUMN role TEXT; INSERT INTO nowhere VALUES (1)"])
    database.close()
    database = Database(path)
    assert database.version == 1
    assert [row["name"] for row in database.query("PRAGMA table_info(people)")] == ["name"]
    database.close()


def test_a_file_of_a_newer_version_is_left_alone(path: Path):
    migrated(path, FIRST, SECOND).close()
    database = Database(path)
    with pytest.raises(IndexFailure, match="newer version of the assistant"):
        database.migrate([FIRST])
    database.close()
    assert migrated(path, FIRST, SECOND).version == 2


def test_a_ledger_of_the_first_version_keeps_its_ids(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / LEDGER)) as old:
        old.execute("CREATE TABLE ids (source TEXT PRIMARY KEY, document_id TEXT NOT NULL, content_hash TEXT NOT NULL)")
        old.execute("INSERT INTO ids VALUES ('a.md', 'known', 'hash')")
        old.execute("PRAGMA user_version = 1")
        old.commit()
    ledger = Ledger(tmp_path)
    assert ledger.id_of("a.md") == "known"
    ledger.note_gone(["a.md"])
    assert ledger.id_of("a.md") is None
    ledger.close()


@pytest.mark.parametrize("data", [b"no database at all, but some text " * 100, b"SQLite format 3\0" + bytes(4_000)])
def test_what_is_no_database_is_damaged(path: Path, data: bytes):
    path.parent.mkdir()
    path.write_bytes(data)
    with pytest.raises(DamagedFile) as found:
        Database(path).query("SELECT * FROM people")
    assert found.value.path == path
    assert "doctor --repair" in str(found.value)


def test_a_file_that_cannot_be_made_is_one_line(tmp_path: Path):
    (tmp_path / "a-file").write_text("in the way")
    with pytest.raises(IndexFailure, match="can be written"):
        Database(tmp_path / "a-file" / "people.sqlite")


def test_a_file_that_was_closed_while_it_is_written_is_an_error_in_words(path: Path):
    database = migrated(path, FIRST)

    def close_meanwhile() -> None:
        with database.transaction() as connection:
            connection.execute("INSERT INTO people VALUES ('Ada')")
            database.close()

    with pytest.raises(IndexFailure, match="closed"):
        close_meanwhile()


def test_a_copy_holds_the_state_of_a_moment_while_others_write(path: Path, tmp_path: Path):
    database = migrated(path, FIRST)

    def write() -> None:
        for number in range(200):
            with database.transaction() as connection:
                connection.execute("INSERT INTO people VALUES (?)", (str(number),))

    writing = threading.Thread(target=write)
    writing.start()
    wait_for(lambda: database.query("SELECT 1 FROM people"))
    for turn in range(5):
        database.copy_to(tmp_path / f"copy{turn}")
    writing.join()
    for turn in range(5):
        with closing(sqlite3.connect(tmp_path / f"copy{turn}")) as copy:
            names = {int(row[0]) for row in copy.execute("SELECT name FROM people")}
        assert names
        assert names == set(range(len(names)))
    database.close()


def test_what_is_written_or_taken_over_is_counted(path: Path, tmp_path: Path):
    database = migrated(path, FIRST)
    before = database.writes
    with database.transaction() as connection:
        connection.execute("INSERT INTO people VALUES ('ann')")
    assert database.writes > before
    before = database.writes
    database.copy_to(tmp_path / "copy")
    database.take_over(tmp_path / "copy")
    assert database.writes > before
    database.close()
