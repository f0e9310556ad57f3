"""One file holds everything, and brings it back: on this machine, while it is used, and on an empty one."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from assistant.documents.backup_file import FORMAT, MANIFEST
from assistant.errors import UsageError
from assistant.people.conversations import Conversations
from assistant.people.exchanges import Exchange
from assistant.service.engine import Engine
from assistant.settings import Settings
from tests.conftest import OpenEngine, article, index_of
from tests.crashing import files, state
from tests.fakes import WordEmbedder

pytestmark = pytest.mark.processes

COMPARED = ("held", "states", "ids", "failures", "corpus", "problems", "lost")


@pytest.fixture
def engine(settings: Settings, open_engine: OpenEngine) -> Engine:
    """A corpus with a correction, an older version that is kept, and an article in the trash."""
    article(settings.corpus_dir, "port.md", "The port was sold in May.")
    article(settings.corpus_dir, "deep/mine.md", "The mine was shut.")
    article(settings.corpus_dir, "quay.md", "The quay was lent.")
    article(settings.corpus_dir, "ferry.md", "The ferry sank.")
    engine = open_engine()
    engine.sync()
    (settings.corpus_dir / "quay.md").write_bytes(b"\0\1")
    engine.sync()
    ids = {source: document.document_id for document in engine.documents() for source in document.sources}
    engine.amend(ids["port.md"], {"title": "Port"})
    engine.remove(ids["ferry.md"])
    return engine


def change(engine: Engine, settings: Settings) -> None:
    (settings.corpus_dir / "port.md").write_text("The port was burnt.", encoding="utf-8")
    (settings.corpus_dir / "deep/mine.md").unlink()
    article(settings.corpus_dir, "dam.md", "The dam leaks.")
    (settings.corpus_dir / "quay.md").write_text("The quay is new.", encoding="utf-8")
    engine.sync()


@pytest.mark.parametrize("name", ["backup.tar", "backup.tar.gz"])
def test_a_backup_brings_everything_back_and_what_was_there_since_is_in_the_trash(
    settings: Settings, engine: Engine, tmp_path: Path, name: str
):
    before = state(engine, settings)
    assert engine.backup(tmp_path / name) == (tmp_path / name).stat().st_size
    change(engine, settings)
    report = engine.restore_backup(tmp_path / name)
    after = state(engine, settings)
    assert {key: after[key] for key in COMPARED} == {key: before[key] for key in COMPARED}
    assert not report.added
    kept = b"".join(path.read_bytes() for path in (settings.state_dir / "trash").rglob("*") if path.is_file())
    for lost in (b"The port was burnt.", b"The dam leaks.", b"The quay is new.", b"The ferry sank."):
        assert lost in kept


def test_a_backup_brings_everything_to_an_empty_machine_without_embedding_anything(
    engine: Engine, settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    before = state(engine, settings)
    engine.backup(tmp_path / "backup.tar")
    folders = {name: tmp_path / "other" / name for name in ("corpus_dir", "data_dir", "state_dir")}
    there = Settings(**{**settings.model_dump(), **folders})
    embedder = WordEmbedder()
    other = open_engine(settings=there, embedder=embedder)
    other.restore_backup(tmp_path / "backup.tar")
    after = state(other, there)
    assert {key: after[key] for key in COMPARED} == {key: before[key] for key in COMPARED}
    assert embedder.embedded == []
    (ferry,) = {i for i in index_ids(settings) if i not in set(before["ids"].values())}
    other.restore(ferry)
    assert (there.corpus_dir / "ferry.md").exists()


def test_a_backup_that_is_the_first_thing_done_knows_the_ids(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    article(settings.corpus_dir, "port.md", "The port was sold in May.")
    engine = open_engine()
    engine.backup(tmp_path / "backup.tar")
    (before,) = engine.documents()
    engine.close()
    shutil.rmtree(settings.state_dir)
    shutil.rmtree(settings.data_dir)
    engine = open_engine()
    engine.restore_backup(tmp_path / "backup.tar")
    assert [document.document_id for document in engine.documents()] == [before.document_id]


def index_ids(settings: Settings) -> set[str]:
    return {path.name.split("-")[1] for path in (settings.state_dir / "trash").glob("*/")}


def test_a_backup_of_another_embedder_brings_articles_and_ids_and_the_index_is_made_again(
    engine: Engine, settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    before = state(engine, settings)
    engine.backup(tmp_path / "backup.tar")
    other = open_engine(embedder=WordEmbedder(name="others"))
    other.restore_backup(tmp_path / "backup.tar")
    after = state(other, settings)
    assert {key: after[key] for key in COMPARED} == {key: before[key] for key in COMPARED}
    assert index_of(other).catalogue.meta("embedder") == "others"


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flip(data: bytes) -> bytes:
    return data.replace(b"sold in May", b"sold in Mai", 1)


def not_one(_: bytes) -> bytes:
    return b"an article, not a backup"


def repacked(data: bytes, name: str, content: bytes | None, kind: bytes = tarfile.REGTYPE) -> bytes:
    """The backup with another member in it, or without one."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as old, tarfile.open(fileobj=out, mode="w") as new:
        for member in old:
            if member.name != name:
                new.addfile(member, old.extractfile(member))
        if content is not None:
            member = tarfile.TarInfo(name)
            member.size, member.type, member.linkname = len(content), kind, "/etc"
            new.addfile(member, io.BytesIO(content))
    return out.getvalue()


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "cut": cut,
    "a byte flipped": flip,
    "no backup": not_one,
    "empty": lambda _: b"",
    "an article missing": lambda data: repacked(data, "corpus/port.md", None),
    "no manifest": lambda data: repacked(data, MANIFEST, None),
    "of a later format": lambda data: repacked(data, MANIFEST, json.dumps({"format": FORMAT + 1}).encode()),
    "a file outside": lambda data: repacked(data, "../../escaped.md", b"out"),
    "an absolute file": lambda data: repacked(data, "/escaped.md", b"out"),
    "a link": lambda data: repacked(data, "corpus/link", b"", tarfile.SYMTYPE),
}


@pytest.mark.parametrize("harm", HARMS)
def test_what_is_no_whole_backup_changes_nothing(settings: Settings, engine: Engine, tmp_path: Path, harm: str):
    backup = tmp_path / "backup.tar"
    engine.backup(backup)
    backup.write_bytes(HARMS[harm](backup.read_bytes()))
    change(engine, settings)
    before, on_disk = state(engine, settings), files(settings.state_dir)
    with pytest.raises(UsageError, match=r"cannot restore .*nothing was changed|update it"):
        engine.restore_backup(backup)
    assert state(engine, settings) == before
    assert files(settings.state_dir).keys() - on_disk.keys() == set()
    assert not list(tmp_path.rglob("escaped.md"))


def test_a_backup_that_does_not_exist_or_cannot_be_written_is_one_line(engine: Engine, tmp_path: Path):
    with pytest.raises(UsageError, match="no such file"):
        engine.restore_backup(tmp_path / "nothing.tar")
    with pytest.raises(UsageError, match="is a folder; name a file"):
        engine.backup(tmp_path)
    with pytest.raises(UsageError, match="cannot write"):
        engine.backup(tmp_path / "no" / "where.tar")
    assert not list(tmp_path.glob("*.part"))


def test_questions_are_answered_while_a_backup_is_written(settings: Settings, engine: Engine, tmp_path: Path):
    begun, asked = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        begun.set()
        asked.wait(60)

    writing = threading.Thread(target=engine.backup, args=(tmp_path / "backup.tar", hold))
    writing.start()
    assert begun.wait(60)
    found = engine.search("Who sold the port?")
    asked.set()
    writing.join()
    assert found[0].source == "port.md"
    assert (tmp_path / "backup.tar").exists()


def test_conversations_come_back_and_none_that_is_newer_is_lost(settings: Settings, engine: Engine, tmp_path: Path):
    with closing(Conversations(settings.state_dir)) as kept:
        gone, here = kept.begin("who owns the port?"), kept.begin("why?")
        kept.append(gone, Exchange("who owns the port?"))
        engine.backup(tmp_path / "backup.tar")
        kept.delete(gone)
        kept.append(here, Exchange("why?"))
        newer = kept.begin("and now?")
        engine.restore_backup(tmp_path / "backup.tar")
        assert {each.conversation_id for each in kept.find()} == {gone, here, newer}
        assert len(kept.get(gone).exchanges) == len(kept.get(here).exchanges) == 1
