"""Files are whole or not there: across file systems, on full disks, where a name is taken, and behind links."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.errors import CorpusError, UsageError
from assistant.records import Document
from assistant.settings import Settings
from assistant.storage import failpoints, moving
from tests.conftest import Mount, OpenEngine, article
from tests.harms import fill

pytestmark = pytest.mark.processes
LONG = "The port was sold in May. " * 20_000


class Killed(BaseException):
    """The process ends, as far as the code can tell."""


@pytest.fixture
def killed_at(monkeypatch: pytest.MonkeyPatch):
    def arm(name: str) -> None:
        def on_reach(reached: str) -> None:
            if reached == name:
                monkeypatch.setattr(failpoints, "on_reach", lambda _: None)
                raise Killed

        monkeypatch.setattr(failpoints, "on_reach", on_reach)

    return arm


@pytest.fixture
def two_disks(settings: Settings, mount: Mount) -> Settings:
    """State and corpus on two file systems."""
    mount(settings.state_dir, "size=64m")
    return settings


def text(settings: Settings, name: str) -> str:
    return (settings.corpus_dir / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("point", ["copied to another file system", "whole on two file systems"])
@pytest.mark.parametrize("what", ["remove", "restore"])
def test_a_move_to_another_disk_that_is_cut_off_is_finished_whole(
    two_disks: Settings, open_engine: OpenEngine, killed_at, what: str, point: str
):
    article(two_disks.corpus_dir, "port.md", LONG)
    engine = open_engine()
    (document_id,) = engine.sync().added
    if what == "restore":
        engine.remove(document_id)
    killed_at(f"moving: {point}")
    with pytest.raises(Killed):
        getattr(engine, what)(document_id)
    engine.sync()
    assert (two_disks.corpus_dir / "port.md").exists() == (what == "restore")
    if what == "remove":
        engine.restore(document_id)
    assert text(two_disks, "port.md") == LONG
    assert [document.document_id for document in engine.documents()] == [document_id]


def test_a_return_to_a_full_disk_brings_no_half_article_and_follows_later(
    settings: Settings,
    open_engine: OpenEngine,
    mount: Mount,
):
    mount(settings.corpus_dir, "size=2m")
    article(settings.corpus_dir, "port.md", LONG)
    engine = open_engine()
    (document_id,) = engine.sync().added
    engine.remove(document_id)
    filler = fill(settings.corpus_dir, 100_000)
    with pytest.raises(CorpusError, match=r"No space left on device.*follows with the next sync"):
        engine.restore(document_id)
    assert not (settings.corpus_dir / "port.md").exists()
    filler.unlink()
    engine.sync()
    assert text(settings, "port.md") == LONG


def test_a_removal_that_fails_does_not_happen_later(
    settings: Settings,
    open_engine: OpenEngine,
    mount: Mount,
):
    mount(settings.state_dir, "size=2m")
    article(settings.corpus_dir, "port.md", LONG)
    engine = open_engine()
    (document_id,) = engine.sync().added
    filler = fill(settings.state_dir, 100_000)
    with pytest.raises(CorpusError, match="free disk"):
        engine.remove(document_id)
    filler.unlink()
    assert engine.sync().unchanged == [document_id]


def test_a_correction_that_somebody_put_there_keeps_the_document_in_the_trash(
    settings: Settings, open_engine: OpenEngine
):
    article(settings.corpus_dir, "p.md", "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    engine.amend(document_id, {"title": "Mine"})
    engine.remove(document_id)
    beside = article(settings.corpus_dir, "p.md.amended.yaml", "title: Stranger\n")
    with pytest.raises(CorpusError, match=r"another file is called p\.md\.amended\.yaml"):
        engine.restore(document_id)
    beside.unlink()
    engine.restore(document_id)
    assert engine.documents()[0].title == "Mine"


def test_adding_a_file_again_leaves_its_correction_and_says_so(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    article(tmp_path / "drop", "p.md", "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.add(tmp_path / "drop").added
    engine.amend(document_id, {"title": "Mine"})
    article(tmp_path / "drop", "p.md.amended.yaml", "title: Old\n")
    report = engine.add(tmp_path / "drop")
    assert engine.documents()[0].title == "Mine"
    assert any("stays as it is" in note for note in report.notes)


def test_a_correction_behind_a_link_is_not_read(settings: Settings, open_engine: OpenEngine, tmp_path: Path):
    secret = article(tmp_path, "secret.yaml", "author: secret\n")
    article(settings.corpus_dir, "p.md", "The port was sold.")
    (settings.corpus_dir / "p.md.amended.yaml").symlink_to(secret)
    engine = open_engine()
    (document_id,) = engine.sync().added
    engine.amend(document_id, {"title": "Port"})
    assert "secret" not in (settings.corpus_dir / "p.md.amended.yaml").read_text()
    assert secret.read_text() == "author: secret\n"


def test_nothing_is_written_behind_a_link_out_of_the_corpus(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    article(settings.corpus_dir, "sub/x.md", "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    engine.backup(tmp_path / "backup.tar")
    engine.remove(document_id)
    own = article(tmp_path / "outside", "x.md", "My own notes.")
    (settings.corpus_dir / "sub").rmdir()
    (settings.corpus_dir / "sub").symlink_to(own.parent)
    with pytest.raises(CorpusError):
        engine.restore(document_id)
    engine.restore_backup(tmp_path / "backup.tar")
    assert own.read_text() == "My own notes."
    assert [document.document_id for document in engine.documents()] == [document_id]
    assert not (settings.corpus_dir / "sub").is_symlink()


def test_a_folder_where_a_file_of_a_backup_belongs_goes_to_the_trash(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    article(settings.corpus_dir, "x.md", "The port was sold.")
    engine = open_engine()
    engine.backup(tmp_path / "backup.tar")
    (settings.corpus_dir / "x.md").unlink()
    article(settings.corpus_dir, "x.md/deep.md", "The mine was shut.")
    engine.restore_backup(tmp_path / "backup.tar")
    assert text(settings, "x.md") == "The port was sold."
    assert [path.read_text() for path in (settings.state_dir / "trash").rglob("deep.md")] == ["The mine was shut."]


def test_a_restoring_that_fails_says_so_and_does_not_go_on_later(
    settings: Settings,
    open_engine: OpenEngine,
    mount: Mount,
    tmp_path: Path,
):
    mount(settings.corpus_dir, "size=2m")
    article(settings.corpus_dir, "a.md", LONG)
    article(settings.corpus_dir, "b.md", LONG.replace("port", "mine"))
    engine = open_engine()
    engine.backup(tmp_path / "backup.tar")
    for path in settings.corpus_dir.glob("*.md"):
        path.unlink()
    filler = fill(settings.corpus_dir, 700_000)
    with pytest.raises(CorpusError, match="restored in part only"):
        engine.restore_backup(tmp_path / "backup.tar")
    filler.unlink()
    late = article(settings.corpus_dir, "late.md", "The dam leaks.")
    engine.close()
    open_engine().sync()
    assert late.exists()
    open_engine().restore_backup(tmp_path / "backup.tar")
    assert text(settings, "b.md") == LONG.replace("port", "mine")


def test_an_article_newer_than_the_backup_comes_back_under_its_id(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    engine.backup(tmp_path / "backup.tar")
    article(settings.corpus_dir, "b.md", "The mine was shut.")
    (newer,) = engine.sync().added
    engine.restore_backup(tmp_path / "backup.tar")
    assert len(engine.documents()) == 1
    engine.restore(newer)
    assert engine.document(newer).text == "The mine was shut."


def test_the_last_version_of_a_removed_document_outlives_a_restoring(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    path = article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    engine.backup(tmp_path / "backup.tar")
    path.rename(settings.corpus_dir / "x.md")
    (settings.corpus_dir / "x.md").write_bytes(b"\0\1")
    article(settings.corpus_dir, "y.md", "The mine was shut.")
    engine.sync()
    other = next(d.document_id for d in engine.documents() if d.sources == ["y.md"])
    (settings.corpus_dir / "y.md").write_bytes(b"\0\2")
    engine.sync()
    engine.remove(other)
    engine.restore_backup(tmp_path / "backup.tar")
    engine.restore(other)
    assert engine.document(other).text == "The mine was shut."
    assert document_id in {document.document_id for document in engine.documents()}


@pytest.mark.parametrize("name", ["corpus/a.md", "state/backup.tar", "index/backup.tar", "letter.txt"])
def test_a_backup_overwrites_nothing_else(settings: Settings, open_engine: OpenEngine, tmp_path: Path, name: str):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    article(tmp_path, "letter.txt", "Dear all")
    engine = open_engine()
    with pytest.raises(UsageError, match="name a"):
        engine.backup(tmp_path / name)
    assert text(settings, "a.md") == "The port was sold."
    assert (tmp_path / "letter.txt").read_text() == "Dear all"


def test_a_plan_in_the_trash_moves_nothing_out_of_its_place(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    back = settings.state_dir / "trash" / "20200101T000000000000-evil-aa.back"
    article(back, "home/.bashrc", "evil")
    plan = {"document_id": "evil", "files": {f"../{back.name}/home/.bashrc": [], "/etc/hostname": []}}
    (back / ".plan.json").write_text(json.dumps(plan))
    engine = open_engine()
    assert len(engine.sync().added) == 1
    assert not list(settings.corpus_dir.parent.glob("*.back"))
    assert not list(settings.corpus_dir.rglob(".bashrc"))


def test_vectors_behind_a_link_are_mended_too(settings: Settings, open_engine: OpenEngine, tmp_path: Path):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    engine.sync()
    engine.close()
    elsewhere = tmp_path / "elsewhere"
    (settings.data_dir / "chroma").rename(elsewhere)
    (settings.data_dir / "chroma").symlink_to(elsewhere)
    os.truncate(elsewhere / "chroma.sqlite3", 5_000)
    assert open_engine().search("port")


def test_what_is_in_the_way_of_the_vectors_is_deleted(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    engine.sync()
    engine.close()
    shutil.rmtree(settings.data_dir / "chroma")
    (settings.data_dir / "chroma").write_text("a file")
    assert open_engine().search("port")


def test_a_name_that_is_taken_meanwhile_is_not_overwritten(tmp_path: Path):
    one, other = article(tmp_path, "one", "1"), article(tmp_path, "other", "2")
    assert not moving.give_name(one, other)
    with pytest.raises(FileExistsError):
        moving.move(one, other)
    assert (one.read_text(), other.read_text()) == ("1", "2")


def test_a_second_restore_brings_back_nothing_that_was_overwritten(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    (settings.corpus_dir / "x.md").write_bytes(b"\0\1")
    engine = open_engine()
    engine.sync()
    (document_id,) = engine.add(article(tmp_path / "drop", "x.md", "The port was sold.")).added  # over the broken one
    engine.remove(document_id)
    engine.restore(document_id)
    assert engine.restore(document_id).notes == [f"{document_id} is in the corpus"]
    assert text(settings, "x.md") == "The port was sold."


def test_a_backup_does_not_take_the_place_of_another_archive(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    photos = tmp_path / "photos.tar"
    with tarfile.open(photos, "w") as archive:
        archive.add(article(tmp_path, "photo.jpg", "a photo"), "photo.jpg")
    before = photos.read_bytes()
    with pytest.raises(UsageError, match="is no backup; name another"):
        open_engine().backup(photos)
    assert photos.read_bytes() == before
    open_engine().backup(tmp_path / "backup.tar")
    assert open_engine().backup(tmp_path / "backup.tar") > 0


@pytest.mark.parametrize("position", [100, 400, 800])
def test_a_compressed_backup_with_a_wrong_byte_is_no_backup(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path, position: int
):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    backup = tmp_path / "backup.tar.gz"
    engine = open_engine()
    engine.backup(backup)
    data = bytearray(backup.read_bytes())
    data[position] ^= 0xFF
    backup.write_bytes(data)
    with pytest.raises(UsageError, match="nothing was changed"):
        engine.restore_backup(backup)


def test_where_the_last_version_cannot_be_kept_questions_are_answered(settings: Settings, open_engine: OpenEngine):
    path = article(settings.corpus_dir, "a.md", "Acme owns the port.")
    engine = open_engine()
    engine.sync()
    article(settings.state_dir, "kept", "a file in the way")
    path.write_bytes(b"\0\1")
    said: list[str] = []
    assert engine.search("port", progress=lambda progress: said.append(progress.step))
    assert any("the newest changes of the folder are not in here" in line for line in said)


def test_ids_that_only_one_ledger_knows_outlive_a_kill_between_two_ledgers(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path, killed_at
):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    engine.backup(tmp_path / "backup.tar")
    article(settings.corpus_dir, "b.md", "The mine was shut.")
    (newer,) = engine.sync().added
    killed_at("restoring: ledger is as it was")
    with pytest.raises(Killed):
        engine.restore_backup(tmp_path / "backup.tar")
    engine = open_engine()
    engine.sync()
    engine.restore(newer)
    assert engine.document(newer).text == "The mine was shut."


def test_the_trash_lists_documents_as_they_were_removed_last_and_nothing_else(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    article(settings.corpus_dir, "port.md", "The port was sold.")
    article(settings.corpus_dir, "deep/mine.md", "The mine was shut.")
    engine = open_engine()
    engine.sync()
    ids = {source: document.document_id for document in engine.documents() for source in document.sources}
    for document_id in ids.values():
        engine.remove(document_id)
    engine.restore(ids["port.md"])
    engine.add_document(Document("port", "It is open."))  # in another file's place nothing is a document of the trash
    assert [(each.document_id, each.sources) for each in engine.removed()] == [(ids["deep/mine.md"], ["deep/mine.md"])]
    assert engine.removed()[0].removed.startswith(f"{datetime.now(UTC):%Y-%m-%dT}")
    engine.restore(ids["deep/mine.md"])
    assert engine.removed() == []
