"""Full and read-only disks, files that change while they are read, clocks that jump."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.errors import AssistantError, CorpusError, DamagedFile, IndexFailure
from assistant.formats.loading import RawFile
from assistant.indexing.vectors import Vectors
from assistant.records import Document, Done, Progress
from assistant.settings import Settings
from tests.conftest import Mount, OpenEngine, article, index_of
from tests.crashing import ParsesHere
from tests.harms import fill

pytestmark = pytest.mark.processes

LONG = " ".join(f"Quay {number} has {number * 7} cranes and a shed of {number} rooms." for number in range(600))


class OnFullDisk(Vectors):
    """Cannot be opened anew until there is room."""

    room = True

    def _opened(self) -> Any:
        if not self.room:
            raise OSError("No space left on device")
        return super()._opened()


def test_vectors_that_cannot_be_opened_anew_are_no_damage_and_open_once_there_is_room(tmp_path: Path):
    vectors = OnFullDisk(tmp_path, "words")
    vectors.put(["a"], [np.ones(3, dtype=np.float32)], [Document("Port", "The port was sold.", "")])
    vectors.room = False
    for _ in range(2):
        with pytest.raises(IndexFailure, match="the disk is full") as met, vectors._said_in_words():
            raise OSError("No space left on device")
        assert not isinstance(met.value, DamagedFile)
    with pytest.raises(IndexFailure, match="the disk is full"):
        vectors.count()
    vectors.room = True
    assert vectors.count() == 1
    vectors.close()


@pytest.mark.parametrize("which", ["data_dir", "state_dir"])
@pytest.mark.parametrize("leaving", [0, 120_000, 400_000])
def test_a_full_disk_is_one_line_and_loses_nothing(
    settings: Settings, open_engine: OpenEngine, mount: Mount, which: str, leaving: int
):
    full: Path = mount(getattr(settings, which), "size=24m")
    article(settings.corpus_dir, "port.md", "The port was sold in May.")
    engine = open_engine()
    (before,) = engine.sync().added
    for number in range(20):
        article(settings.corpus_dir, f"quay{number}.md", f"Quay {number}. {LONG}")
    filler = fill(full, leaving)
    said = ""
    try:
        engine.sync()
    except AssistantError as error:
        said = str(error)
    assert "\n" not in said
    assert not said or "disk" in said
    assert said or leaving, "there was no room, and nobody noticed"
    filler.unlink()
    assert len(engine.sync().failed) == 0
    assert len(engine.documents()) == 21
    assert before in {document.document_id for document in engine.documents()}
    index = index_of(engine)
    assert index.vectors.ids() == index.catalogue.chunk_ids()
    assert index.catalogue.problems(thorough=True) == []


def test_while_the_disk_is_full_what_is_indexed_is_answered_from_and_the_answer_says_so(
    settings: Settings, open_engine: OpenEngine, mount: Mount
):
    full = mount(settings.data_dir, "size=24m")
    article(settings.corpus_dir, "port.md", "Acme owns the port.")
    engine = open_engine()
    engine.sync()
    for number in range(20):
        article(settings.corpus_dir, f"quay{number}.md", f"Quay {number}. {LONG}")
    fill(full, 0)
    *_, done = engine.stream("Who owns the port?")
    assert isinstance(done, Done)
    assert done.answer.answered
    assert any("the newest changes of the folder are not in here" in note for note in done.answer.notes)


def test_a_full_disk_keeps_a_file_from_being_added_and_leaves_nothing_behind(
    settings: Settings, open_engine: OpenEngine, mount: Mount, tmp_path: Path
):
    mount(settings.corpus_dir, "size=1m")
    big = article(tmp_path / "drop", "big.md", "The port was sold. " * 100_000)
    engine = open_engine()
    with pytest.raises(CorpusError, match="No space left"):
        engine.add(big)
    assert list(settings.corpus_dir.iterdir()) == []


def test_a_corpus_that_cannot_be_written_is_read_and_changes_are_refused_in_words(
    settings: Settings, open_engine: OpenEngine, mount: Mount, tmp_path: Path
):
    mount(settings.corpus_dir, "size=1m")
    article(settings.corpus_dir, "port.md", "The port was sold.")
    subprocess.run(["mount", "-o", "remount,ro", settings.corpus_dir], check=True)
    engine = open_engine()
    (document_id,) = engine.sync().added
    assert engine.search("port")
    new = article(tmp_path / "drop", "new.md", "The mine was shut.")
    for change in (
        lambda: engine.add(new),
        lambda: engine.remove(document_id),
        lambda: engine.amend(document_id, {"title": "Port"}),
        lambda: engine.add_document(Document(title="Dam", text="The dam leaks.")),
    ):
        with pytest.raises(CorpusError, match="Read-only file system"):
            change()
    assert [document.document_id for document in engine.documents()] == [document_id]
    assert list(engine.sync().unchanged) == [document_id]


def test_a_state_folder_that_cannot_be_written_is_one_line(settings: Settings, open_engine: OpenEngine, mount: Mount):
    mount(settings.state_dir, "size=1m,ro")
    with pytest.raises(IndexFailure, match=r"ledger\.sqlite"):
        open_engine().sync()


class EditedMeanwhile(ParsesHere):
    """Somebody saves another version of the file while the one before is parsed."""

    def __init__(self, path: Path, saved: str) -> None:
        super().__init__()
        self._path, self._saved = path, saved

    def parse(self, raw: RawFile, settings: Settings) -> Document:
        self._path.write_text(self._saved, encoding="utf-8")
        return super().parse(raw, settings)


def test_a_file_that_is_saved_while_it_is_parsed_is_read_again_by_the_next_sync(
    settings: Settings, open_engine: OpenEngine
):
    path = article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine(parser=EditedMeanwhile(path, "The port was lent."))  # as long as before, and as new
    engine.sync()
    engine.sync()
    (document,) = engine.documents()
    assert engine.document(document.document_id).text == "The port was lent."


def test_a_file_that_changes_between_listing_and_reading_is_read_as_it_is_then(
    settings: Settings, open_engine: OpenEngine
):
    path = article(settings.corpus_dir, "a.md", "The port was sold.")

    def edit(progress: Progress) -> None:
        if progress.step == "reading":
            path.write_text("The port was lent to Acme.", encoding="utf-8")

    engine = open_engine()
    engine.sync(edit)
    engine.sync()
    (document,) = engine.documents()
    assert engine.document(document.document_id).text == "The port was lent to Acme."


def test_a_file_that_is_gone_between_listing_and_reading_is_no_document_afterwards(
    settings: Settings, open_engine: OpenEngine
):
    path = article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    engine.sync(lambda progress: path.unlink(missing_ok=True) if progress.step == "reading" else None)
    engine.sync()
    assert engine.documents() == []
    assert engine.failures() == {}


def test_a_file_from_the_future_is_read_once(settings: Settings, open_engine: OpenEngine):
    path = article(settings.corpus_dir, "a.md", "The port was sold.")
    then = time.time_ns() + 365 * 24 * 3600 * 1_000_000_000
    os.utime(path, ns=(then, then))
    engine = open_engine()
    engine.sync()
    read: list[str] = []
    engine.sync(lambda progress: read.append(progress.step))
    assert "reading" not in read


def test_an_edit_by_a_clock_that_went_back_is_noticed(settings: Settings, open_engine: OpenEngine):
    path = article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    engine.sync()
    path.write_text("The port was lent.", encoding="utf-8")
    os.utime(path, (0, 0))
    assert len(engine.sync().updated) == 1
