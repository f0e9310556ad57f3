"""What the doctor finds, and what it mends."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant import doctor
from assistant.people.users import USERS
from assistant.records import Document, Finding
from assistant.service import owner_process
from assistant.service.engine import Engine
from assistant.settings import Settings
from tests.conftest import Mount, OpenEngine, article, index_of
from tests.crashing import ParsesHere
from tests.fakes import WordEmbedder
from tests.harms import chroma_files, empty

pytestmark = pytest.mark.processes

Spoil = Callable[[Engine, Settings], None]


def found(findings: list[Finding]) -> dict[str, str]:
    return {finding.what: finding.found for finding in findings if not finding.fine}


@pytest.fixture
def engine(settings: Settings, open_engine: OpenEngine, indexed: dict[str, str]) -> Engine:
    opened = open_engine()
    opened.sync()
    return opened


def alter_unnoticed(_: Engine, settings: Settings) -> None:
    """Other bytes, of the same number and time."""
    path = settings.corpus_dir / "port.md"
    stat = path.stat()
    path.write_bytes(path.read_bytes().replace(b"May", b"Mai"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def alter_text(engine: Engine, settings: Settings) -> None:
    """A figure in the catalogue that no article has."""
    index_of(engine)
    with closing(sqlite3.connect(settings.data_dir / "catalogue.sqlite")) as catalogue:
        catalogue.execute("UPDATE documents SET text = replace(text, 'May', 'Mai')")
        catalogue.commit()


def lose_lexical_rows(_: Engine, settings: Settings) -> None:
    with closing(sqlite3.connect(settings.data_dir / "catalogue.sqlite")) as catalogue:
        catalogue.execute("INSERT INTO lexical (lexical) VALUES ('delete-all')")
        catalogue.commit()


def lose_vectors(engine: Engine, _: Settings) -> None:
    vectors = index_of(engine).vectors
    vectors.drop(sorted(vectors.ids())[:3])


def orphan_vectors(engine: Engine, _: Settings) -> None:
    index = index_of(engine)
    index.vectors.put(["stray"], [index.embedder.embed(["port"])[0].vector], [Document("Port", "The port.", "stray")])


def empty_graph(settings: Settings) -> None:
    """On disk, while the owner has them in memory."""
    (graph,) = [path for path in chroma_files(settings) if path.name == "data_level0.bin"]
    empty(graph)


def orphan_document(engine: Engine, _: Settings) -> None:
    index_of(engine).catalogue.forget_files(["port.md"])


def forget_ids(_: Engine, settings: Settings) -> None:
    with closing(sqlite3.connect(settings.state_dir / "ledger.sqlite")) as ledger:
        ledger.execute("DELETE FROM ids WHERE source = 'port.md'")
        ledger.commit()


def leave_unfinished(_: Engine, settings: Settings) -> None:
    path = settings.corpus_dir / ".incoming-1"
    path.write_text("half", encoding="utf-8")
    os.utime(path, (0, 0))


SPOILS: dict[str, tuple[Spoil, str, str]] = {
    "bytes": (alter_unnoticed, "files", "1 have other bytes than were indexed, unnoticed: port.md"),
    "text": (alter_text, "catalogue", "is not what was written"),
    "words": (lose_lexical_rows, "catalogue", "the lexical index does not fit the chunks"),
    "missing vectors": (lose_vectors, "vectors", "3 are missing, 0 are of no chunk"),
    "stray vectors": (orphan_vectors, "vectors", "0 are missing, 1 are of no chunk"),
    "a document of no file": (orphan_document, "orphans", "1 documents of no file"),
    "ids": (forget_ids, "ledger", "it does not know 1 files, such as port.md"),
    "an unfinished file": (leave_unfinished, "orphans", "1 unfinished files"),
}


def test_a_healthy_corpus_is_fine_and_looking_changes_nothing(engine: Engine, settings: Settings):
    before = {path: path.read_bytes() for path in settings.corpus_dir.iterdir()}
    findings = engine.check()
    assert found(findings) == {}
    assert {finding.what for finding in findings} >= {"catalogue", "vectors", "orphans", "ledger", "files"}
    assert {path: path.read_bytes() for path in settings.corpus_dir.iterdir()} == before


def test_vectors_that_are_damaged_on_disk_while_they_are_used_are_found(
    settings: Settings,
    open_engine: OpenEngine,
    large: dict[str, str],
):
    engine = open_engine()
    assert len(engine.documents()) == len(large)
    empty_graph(settings)
    assert set(found(engine.check())) == {"vectors"}
    assert found(engine.check(repair=True)) == {}


@pytest.mark.parametrize("what", SPOILS)
def test_what_is_wrong_is_found_and_mended(engine: Engine, settings: Settings, what: str):
    spoil, where, said = SPOILS[what]
    spoil(engine, settings)
    findings = engine.check(repair=True)
    assert found(findings) == {}
    mended = {finding.what: finding.found for finding in findings if "(mended; it was: " in finding.found}
    assert set(mended) == {where}
    assert said in mended[where]
    document = next(d for d in engine.documents() if "port.md" in d.sources)
    text = engine.document(document.document_id).text.encode()
    assert text in (settings.corpus_dir / "port.md").read_bytes()


def harm_pages(path: Path) -> None:
    """Other bytes in every page but the first, under who has the file open."""
    with path.open("r+b") as file:
        for page in range(1, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 600)


def written_out(path: Path) -> None:
    """Let all of a database be in its file, and who has it open remember nothing of it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE passing (mark)")
        other.execute("DROP TABLE passing")
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_looking_at_a_damaged_catalogue_throws_nothing_away(engine: Engine, settings: Settings):
    written_out(settings.data_dir / "catalogue.sqlite")
    harm_pages(settings.data_dir / "catalogue.sqlite")
    assert "catalogue" in found(engine.check())
    assert "catalogue" in found(engine.check())
    assert found(engine.check(repair=True)) == {}
    assert len(engine.documents()) == 4


def test_a_damaged_ledger_is_mended(engine: Engine, settings: Settings):
    before = {document.document_id for document in engine.documents()}
    engine.close()
    engine = Engine(settings, WordEmbedder(), parser=ParsesHere())
    assert len(engine.documents()) == len(before)  # it has them open
    written_out(settings.state_dir / "ledger.sqlite")
    harm_pages(settings.state_dir / "ledger.sqlite")
    assert "ledger" in found(engine.check())
    assert found(engine.check(repair=True)) == {}
    assert {document.document_id for document in engine.documents()} == before
    engine.close()


def test_files_that_cannot_be_read_are_named(engine: Engine, settings: Settings):
    (settings.corpus_dir / "scan.pdf").write_bytes(b"%PDF")
    engine.sync()
    assert "such as scan.pdf" in found(engine.check())["unread files"]


def test_what_changed_since_the_last_sync_is_no_fault(engine: Engine, settings: Settings):
    article(settings.corpus_dir, "new.md", "The dam leaks.")
    findings = engine.check()
    assert found(findings) == {}
    assert any("1 changed since the last sync" in finding.found for finding in findings)


Examine = Callable[..., dict[str, Finding]]


@pytest.fixture
def examine(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Examine]:
    """What the doctor finds where the owner is one on fakes, by what it is about."""
    monkeypatch.setattr(owner_process, "owner_module", "tests.fake_owner")

    def examine_here(*, repair: bool = False, **given: object) -> dict[str, Finding]:
        return {one.what: one for one in doctor.examine(settings.model_copy(update=given), repair=repair)}

    yield examine_here
    owner_process.stop(settings)


def test_a_disk_with_little_room_is_bad(settings: Settings, mount: Mount, examine: Examine):
    mount(settings.cache_dir, "size=1m")
    finding = examine()["free disk"]
    assert (finding.fine, f"1 MB free for {settings.cache_dir}" in finding.found) == (False, True)


def test_a_damaged_file_of_users_is_bad(settings: Settings, examine: Examine):
    damage_users(settings)
    finding = examine()["users"]
    assert (finding.fine, "damaged" in finding.found) == (False, True)


def test_a_damaged_file_of_users_is_set_aside_on_request(settings: Settings, examine: Examine):
    damage_users(settings)
    finding = examine(repair=True)["users"]
    assert (finding.fine, "none any more" in finding.found) == (True, True)
    assert not (settings.state_dir / USERS).exists()


def test_without_users_nobody_signs_in_which_is_bad_only_where_people_have_to(examine: Examine):
    assert "nobody signs in" in examine()["users"].found
    finding = examine(sign_in=True)["users"]
    assert (finding.fine, "users add" in finding.found) == (False, True)


def damage_users(settings: Settings) -> None:
    settings.state_dir.mkdir()
    (settings.state_dir / USERS).write_bytes(b"no database at all" * 100)


def test_without_an_index_there_is_nothing_wrong(open_engine: OpenEngine):
    assert found(open_engine().check()) == {}


def test_a_corpus_folder_that_is_gone_is_a_finding(settings: Settings, open_engine: OpenEngine):
    engine = open_engine()
    settings.corpus_dir.rmdir()
    assert "does not exist" in found(engine.check())["index"]
