import os
import sqlite3
import time
from contextlib import closing
from datetime import date
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from assistant.documents import corpus
from assistant.documents.folder import put
from assistant.errors import CorpusError, DocumentError, UnknownDocument, UsageError
from assistant.formats import FORMATS_VERSION
from assistant.formats.loading import amendments_path
from assistant.indexing.schema import CATALOGUE_VERSION
from assistant.records import Answer, Document, Overview
from assistant.settings import Settings
from tests.conftest import OpenEngine, article, index_of
from tests.fakes import WordEmbedder


def age(*paths: Path) -> None:
    """Make files look written a minute ago, so that their time and size are trusted."""
    for path in paths:
        then = time.time_ns() - 60_000_000_000
        os.utime(path, ns=(then, then))


def ids(engine) -> dict[str, str]:
    return {source: document.document_id for document in engine.documents() for source in document.sources}


def test_a_sync_makes_the_index_hold_what_the_folder_holds(settings: Settings, open_engine: OpenEngine):
    path = article(settings.corpus_dir, "a.md", "The port was sold.", title="Port")
    engine = open_engine()
    first = engine.sync()
    assert (len(first.added), first.updated, first.removed, first.failed) == (1, [], [], {})
    assert engine.sync().unchanged == first.added
    path.write_text("The port was not sold.", encoding="utf-8")
    assert engine.sync().updated == first.added
    path.unlink()
    assert engine.sync().removed == first.added
    assert engine.documents() == []
    assert engine.search("port") == []


def test_the_overview_follows_the_folder(settings: Settings, open_engine: OpenEngine):
    engine = open_engine()
    settings.corpus_dir.mkdir(exist_ok=True)
    engine.sync()
    assert engine.overview() == Overview(0)
    article(settings.corpus_dir, "a.md", "The port was sold.", title="Port", published="2026-03-04", source="Wire")
    path = article(
        settings.corpus_dir, "b.md", "The mine was shut.", title="Mine", published="2026-05-06", source="Wire"
    )
    article(settings.corpus_dir, "c.md", "A rumour of no date.", title="Rumour")
    engine.sync()
    assert engine.overview() == Overview(3, date(2026, 3, 4), date(2026, 5, 6), ["Wire"])
    path.unlink()
    engine.sync()
    assert engine.overview() == Overview(2, date(2026, 3, 4), date(2026, 3, 4), ["Wire"])


def test_only_what_changed_is_embedded_again(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.", title="Port")
    path = article(settings.corpus_dir, "b.md", "The mine was shut.\n\n# Next\n\nIt reopens.", title="Mine")
    embedder = WordEmbedder()
    engine = open_engine(embedder=embedder)
    engine.sync()
    embedder.embedded.clear()
    path.write_text(path.read_text(encoding="utf-8").replace("It reopens.", "It stays shut."), encoding="utf-8")
    engine.sync()
    assert embedder.embedded == ["Mine. Next\n# Next\n\nIt stays shut."]


def test_one_bad_file_does_not_stop_the_others_and_has_its_reason(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "good.md", "Fine text.")
    (settings.corpus_dir / "empty.md").write_text("", encoding="utf-8")
    (settings.corpus_dir / "scan.pdf").write_bytes(b"%PDF")
    engine = open_engine()
    report = engine.sync()
    assert len(report.added) == 1
    assert set(report.failed) == {"empty.md", "scan.pdf"}
    assert engine.sync().failed == report.failed
    assert engine.failures() == report.failed


def test_the_same_bytes_under_two_names_are_one_document(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    article(settings.corpus_dir, "sub/b.md", "The port was sold.")
    engine = open_engine()
    assert len(engine.sync().added) == 1
    (document,) = engine.documents()
    assert document.sources == ["a.md", "sub/b.md"]
    (passage,) = engine.search("port")
    assert passage.duplicates == 1


def test_the_edited_one_of_two_identical_files_becomes_a_new_document(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    copy = article(settings.corpus_dir, "b.md", "The port was sold.")
    engine = open_engine()
    engine.sync()
    former = ids(engine)
    copy.write_text("The port was sold twice.", encoding="utf-8")
    engine.sync()
    now = ids(engine)
    assert now["a.md"] == former["a.md"]
    assert now["b.md"] != now["a.md"]


def test_an_id_outlives_edit_rename_and_loss_of_the_index(settings: Settings, open_engine: OpenEngine):
    path = article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    path.write_text("The port was sold in May.", encoding="utf-8")
    assert engine.sync().updated == [document_id]
    path.rename(settings.corpus_dir / "renamed.md")
    report = engine.sync()
    assert (report.unchanged, report.removed) == ([document_id], [])
    assert ids(engine) == {"renamed.md": document_id}
    engine.close()
    settings.data_dir.rename(settings.data_dir.with_name("thrown-away"))
    assert open_engine().sync().added == [document_id]


def test_a_file_that_comes_back_after_its_document_went_on_is_a_document_of_its_own(
    settings: Settings, open_engine: OpenEngine
):
    original = "The port was sold."
    path = article(settings.corpus_dir, "a.md", original)
    engine = open_engine()
    engine.sync()
    path.rename(settings.corpus_dir / "b.md")
    engine.sync()
    article(settings.corpus_dir, "b.md", "The mine was shut.")
    engine.sync()
    article(settings.corpus_dir, "a.md", original)
    engine.sync()
    assert len(set(ids(engine).values())) == len(ids(engine)) == 2
    assert engine.search("mine")[0].source == "b.md"


@pytest.mark.parametrize(
    "front",
    ["title: " + "[" * 3000 + "]" * 3000, "title: 0x" + "f" * 5000, 'source: "\\ud800x"', 'title: "T \\ud800 x"'],
    ids=["nested", "huge", "surrogate source", "surrogate title"],
)
def test_a_hostile_front_matter_harms_no_other_article(settings: Settings, open_engine: OpenEngine, front: str):
    (settings.corpus_dir / "bad.md").write_text(f"---\n{front}\n---\n\nThe mine was shut.\n", encoding="utf-8")
    article(settings.corpus_dir, "good.md", "The port was sold.")
    engine = open_engine()
    report = engine.sync()
    assert len(report.added) + len(report.failed) == 2
    assert engine.search("port")[0].source == "good.md"


def test_a_name_that_is_no_text_is_reported(settings: Settings, open_engine: OpenEngine):
    Path(os.fsdecode(bytes(settings.corpus_dir) + b"/bad\xff.md")).write_text("The mine was shut.", encoding="utf-8")
    article(settings.corpus_dir, "good.md", "The port was sold.")
    report = open_engine().sync()
    assert len(report.added) == 1
    assert list(report.failed) == ["bad\\xff.md"]


def test_removing_takes_a_copy_made_since_along(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    article(settings.corpus_dir, "b.md", "The port was sold.")
    assert engine.remove(document_id).removed == [document_id]
    assert list(settings.corpus_dir.iterdir()) == []


def test_restoring_over_another_file_says_where_the_text_is(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    engine.remove(document_id)
    article(settings.corpus_dir, "a.md", "The mine was shut.")
    with pytest.raises(CorpusError, match=r"another file is called a\.md by now"):
        engine.restore(document_id)


@pytest.mark.parametrize("title", ["", "..", "長" * 100, "A\ud800", "a/b"], ids=ascii)
def test_a_document_of_any_title_is_kept(open_engine: OpenEngine, title: str):
    engine = open_engine()
    assert len(engine.add_document(Document(title, "The port was sold.")).added) == 1


def test_a_renamed_file_is_not_embedded_again(settings: Settings, open_engine: OpenEngine):
    path = article(settings.corpus_dir, "a.md", "The port was sold.")
    embedder = WordEmbedder()
    engine = open_engine(embedder=embedder)
    engine.sync()
    embedder.embedded.clear()
    path.rename(settings.corpus_dir / "b.md")
    engine.sync()
    assert embedder.embedded == []


def test_another_embedder_means_a_rebuild_and_one_line_that_says_why(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine(embedder=WordEmbedder(name="first", dimensions=64))
    engine.sync()
    other = WordEmbedder(name="second", dimensions=32)
    report = open_engine(embedder=other).sync()
    assert other.embedded == ["a\nThe port was sold."]
    assert report.notes == ["the index was rebuilt: the embedder changed from first to second"]


@pytest.mark.parametrize("version", [1, 999])
def test_an_index_of_another_version_is_rebuilt_with_one_line_that_says_why(
    settings: Settings, open_engine: OpenEngine, version: int
):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    engine.close()
    with closing(sqlite3.connect(settings.data_dir / "catalogue.sqlite")) as connection:
        connection.execute("DROP TABLE alike")
        connection.execute(f"PRAGMA user_version = {version}")
    report = open_engine().sync()
    assert report.added == [document_id]
    assert report.notes == [
        f"the index was rebuilt: the catalogue's format changed from {version} to {CATALOGUE_VERSION}"
    ]


def test_another_way_of_parsing_means_a_rebuild(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    engine.sync()
    index_of(engine).catalogue.set_meta("parsing", "0")
    engine.close()
    report = open_engine().sync()
    assert report.notes == [f"the index was rebuilt: the parsing changed from 0 to {FORMATS_VERSION}"]
    assert len(report.added) == 1


def test_a_sync_cut_off_half_way_is_mended_by_the_next(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    engine.sync()
    index = index_of(engine)
    vectors, rows = index.vectors, index.catalogue
    (chunk_id,) = vectors.ids()
    vectors.drop([chunk_id])
    vectors.put(["an orphan"], [np.full(64, 0.125, dtype=np.float32)], [Document("gone", "", "gone")])
    rows.set_meta("dirty", "1")
    engine.close()
    engine = open_engine()
    engine.sync()
    assert index_of(engine).vectors.ids() == index_of(engine).catalogue.chunk_ids() == {chunk_id}


def test_a_question_sees_a_file_written_just_before(settings: Settings, open_engine: OpenEngine):
    engine = open_engine()
    engine.sync()
    article(settings.corpus_dir, "a.md", "The port was sold.")
    assert [passage.source for passage in engine.search("port")] == ["a.md"]
    article(settings.corpus_dir, "a.md", "The mine was shut.")
    assert engine.search("mine")[0].text == "The mine was shut."


def test_added_files_and_folders_are_copied_into_the_corpus(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    engine = open_engine()
    one = article(tmp_path / "drop", "a.md", "The port was sold.")
    article(tmp_path / "drop/deep", "a.md", "The mine was shut.")
    assert len(engine.add(one).added) == 1
    assert len(engine.add(tmp_path / "drop").added) == 1
    assert sorted(path.name for path in settings.corpus_dir.iterdir()) == ["a-2.md", "a.md"]
    assert len(engine.add(tmp_path / "drop").unchanged) == 2


def test_a_second_file_of_a_name_is_kept_under_another_and_said_so(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    engine = open_engine()
    engine.add(article(tmp_path / "one", "a.md", "The port was sold."))
    report = engine.add(article(tmp_path / "two", "a.md", "The mine was shut."))
    assert (len(report.added), report.notes) == (1, ["a.md is kept as a-2.md, as another file has that name"])


def test_a_mended_file_that_is_added_again_takes_the_place_of_the_one_that_could_not_be_read(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    path = article(tmp_path / "one", "a.md", "---\ntitle: a: b\n---\ntext")
    engine = open_engine()
    assert list(engine.add(path).failed) == ["a.md"]
    assert list(engine.add(path).failed) == ["a.md"]
    other = engine.add(article(tmp_path / "one", "b.md", "The mine was shut."))
    assert other.failed == {}
    report = engine.add(article(tmp_path / "one", "a.md", "The port was sold."))
    assert (len(report.added), report.failed) == (1, {})
    assert sorted(p.name for p in settings.corpus_dir.iterdir()) == ["a.md", "b.md"]
    kept = [path.read_text(encoding="utf-8") for path in (settings.state_dir / "trash").rglob("a.md")]
    assert kept
    assert all("title: a: b" in text for text in kept)


def test_a_correction_follows_its_file_to_another_name(settings: Settings, open_engine: OpenEngine):
    path = article(settings.corpus_dir, "report.txt", "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    engine.amend(document_id, {"published": "2026-03-04"})
    path.rename(settings.corpus_dir / "final.txt")
    assert engine.sync().removed == []
    (document,) = engine.documents()
    assert (document.document_id, str(document.published)) == (document_id, "2026-03-04")


@pytest.mark.parametrize("renamed", [True, False])
def test_a_new_file_under_the_name_of_one_that_is_gone_is_another_document_without_its_correction(
    settings: Settings, open_engine: OpenEngine, renamed: bool
):
    path = article(settings.corpus_dir, "report.txt", "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    engine.amend(document_id, {"published": "2026-03-04", "title": "Port sale"})
    if renamed:
        path.rename(settings.corpus_dir / "final.txt")
    else:
        path.unlink()
    engine.sync()
    article(settings.corpus_dir, "report.txt", "The crane fell.")
    (added,) = engine.sync().added
    new = engine.document(added)
    assert (new.title, new.published) == ("report", None)
    assert added != document_id


def test_correcting_an_article_with_two_files_keeps_its_id(settings: Settings, open_engine: OpenEngine):
    for name in ("a.txt", "b.txt"):
        article(settings.corpus_dir, name, "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    for title in ("One", "Two"):
        engine.amend(document_id, {"title": title})
    (document,) = engine.documents()
    assert (document.document_id, document.title, len(document.sources)) == (document_id, "Two", 2)


def test_another_ending_means_another_reading_of_the_same_bytes(settings: Settings, open_engine: OpenEngine):
    path = article(settings.corpus_dir, "sales.txt", "Region,Sales\nNorth,5\n")
    engine = open_engine()
    (document_id,) = engine.sync().added
    path = path.rename(settings.corpus_dir / "sales.csv")
    assert engine.sync().updated == [document_id]
    assert engine.document(document_id).text.startswith("| Region | Sales |")
    path.rename(settings.corpus_dir / "sales.jpg")
    assert ".jpg is not a format" in engine.sync().failed["sales.jpg"]


def test_restoring_brings_back_that_article_and_not_one_that_had_its_name_since(
    settings: Settings, open_engine: OpenEngine
):
    article(settings.corpus_dir, "a.txt", "Version one.")
    engine = open_engine()
    (first,) = engine.sync().added
    engine.remove(first)
    article(settings.corpus_dir, "a.txt", "An unrelated matter.")
    (second,) = engine.sync().added
    engine.remove(second)
    assert engine.restore(first).added == [first]
    assert engine.document(first).text == "Version one."


def test_restoring_brings_back_all_files_or_none(settings: Settings, open_engine: OpenEngine):
    for name in ("a.txt", "b.txt"):
        article(settings.corpus_dir, name, "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    engine.remove(document_id)
    article(settings.corpus_dir, "b.txt", "The crane fell.")
    with pytest.raises(CorpusError, match=r"another file is called b\.txt by now"):
        engine.restore(document_id)
    assert [path.name for path in settings.corpus_dir.iterdir()] == ["b.txt"]


def test_a_link_out_of_the_folder_is_refused_with_a_correction_beside_it_too(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    secret = article(tmp_path / "outside", "secret.md", "The secret is 42.")
    (settings.corpus_dir / "link.md").symlink_to(secret)
    (settings.corpus_dir / "link.md.amended.yaml").write_text("title: x\n", encoding="utf-8")
    article(settings.corpus_dir, "own.md", "The port was sold.")
    (settings.corpus_dir / "own.md.amended.yaml").symlink_to(secret)
    report = open_engine().sync()
    assert list(report.failed) == ["link.md"]
    assert len(report.added) == 1


def test_why_an_index_was_rebuilt_is_told_by_the_next_report_that_is_read(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    open_engine().sync()
    engine = open_engine(embedder=WordEmbedder(name="others"))
    engine.search("port")
    assert any("the index was rebuilt" in note for note in engine.sync().notes)


def test_a_correction_that_cannot_be_read_is_said_in_one_line(settings: Settings, open_engine: OpenEngine):
    path = article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    amendments_path(path).write_text("[", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"a\.md\.amended\.yaml is not valid YAML") as caught:
        engine.amend(document_id, {"title": "Port"})
    assert "\n" not in str(caught.value)


def test_a_correction_comes_along_with_its_file(settings: Settings, open_engine: OpenEngine, tmp_path: Path):
    path = article(tmp_path / "one", "a.md", "The port was sold.")
    amendments_path(path).write_text("title: Port\n", encoding="utf-8")
    engine = open_engine()
    engine.add(path.parent)
    assert engine.documents()[0].title == "Port"


def test_adding_what_lies_in_the_corpus_copies_nothing(settings: Settings, open_engine: OpenEngine):
    path = article(settings.corpus_dir, "deep/a.md", "The port was sold.")
    engine = open_engine()
    assert len(engine.add(path).added) == 1
    engine.add(settings.corpus_dir)
    assert [p.name for p in settings.corpus_dir.rglob("*") if p.is_file()] == ["a.md"]


def test_a_file_of_an_unknown_format_is_refused_and_not_copied(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    (tmp_path / "logo.jpg").write_bytes(b"x")
    report = open_engine().add(tmp_path / "logo.jpg")
    assert ".jpg is not a format that is read" in report.failed[str(tmp_path / "logo.jpg")]
    assert list(settings.corpus_dir.iterdir()) == []


def test_adding_what_is_not_there_says_so(open_engine: OpenEngine, tmp_path: Path):
    with pytest.raises(UsageError, match="does not exist"):
        open_engine().add(tmp_path / "nothing.md")


def test_an_added_document_keeps_what_is_known_of_it(settings: Settings, open_engine: OpenEngine):
    engine = open_engine()
    given = Document("Port: sold", "It was sold.", publisher="The Wire", author="A. B.", published=date(2026, 5, 20))
    engine.add_document(given)
    (document,) = engine.documents()
    kept = engine.document(document.document_id)
    assert (kept.title, kept.text, kept.publisher, kept.author, kept.published) == (
        "Port: sold", "It was sold.", "The Wire", "A. B.", date(2026, 5, 20),
    )  # fmt: skip


def test_a_removed_document_no_longer_answers_and_can_be_brought_back(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "sub/a.md", "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    assert engine.remove(document_id).removed == [document_id]
    assert engine.search("port") == []
    assert not (settings.corpus_dir / "sub/a.md").exists()
    assert engine.restore(document_id).added == [document_id]
    assert engine.search("port")[0].document_id == document_id
    with pytest.raises(UnknownDocument):
        engine.remove("nobody")
    with pytest.raises(UnknownDocument):
        engine.restore("nobody")


class HeldUp(WordEmbedder):
    """Embeds documents when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.let = Event(), Event()
        self.let.set()

    def embed(self, texts, spans=(), progress=lambda _: None):
        if spans:
            self.begun.set()
            assert self.let.wait(60)
        return super().embed(texts, spans, progress)


def test_a_question_does_not_wait_for_a_long_sync_and_its_answer_says_so(
    settings: Settings, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(corpus, "_PATIENCE", 0.0)
    article(settings.corpus_dir, "a.md", "Acme owns the port.")
    embedder = HeldUp()
    engine = open_engine(embedder=embedder)
    engine.sync()
    article(settings.corpus_dir, "b.md", "Bolt owns the mine.")
    embedder.begun.clear()
    embedder.let.clear()
    syncing = Thread(target=engine.sync)
    syncing.start()
    assert embedder.begun.wait(60)
    *_, during = engine.stream("Who owns the port?")
    embedder.let.set()
    syncing.join()
    *_, after = engine.stream("Who owns the mine?")
    note = "the corpus is being changed just now, so the latest articles may be missing here"
    assert during.answer.text == "Acme owns the port [1]."
    assert note in during.answer.notes
    assert after.answer.text == "Bolt owns the mine [1]."
    assert note not in after.answer.notes


def test_questions_that_only_look_at_the_same_time_are_no_change(
    settings: Settings, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(corpus, "_PATIENCE", 0.0)
    age(article(settings.corpus_dir, "a.md", "Acme owns the port."))
    engine = open_engine()
    engine.sync()
    answers: list[Answer] = []
    asking = [
        Thread(target=lambda: answers.append([*engine.stream("Who owns the port?")][-1].answer)) for _ in range(12)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(answers) == 12
    assert not [note for answer in answers for note in answer.notes if "being changed" in note]


def test_a_removal_and_its_undoing_may_be_asked_for_twice(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    engine.remove(document_id)
    assert engine.remove(document_id).notes == [f"{document_id} was removed before"]
    engine.restore(document_id)
    assert engine.restore(document_id).notes == [f"{document_id} is in the corpus"]
    assert ids(engine) == {"a.md": document_id}


def test_a_correction_is_kept_beside_the_file_and_survives_a_rebuild(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.", title="Prot", published="03/04/2026")
    engine = open_engine()
    (document_id,) = engine.sync().added
    assert engine.document(document_id).published is None
    assert "03/04/2026" in engine.document(document_id).notes[0]
    report = engine.amend(document_id, {"title": "Port", "published": date(2026, 4, 3)})
    assert report.updated == [document_id]
    document = engine.document(document_id)
    assert (document.title, document.published) == ("Port", date(2026, 4, 3))
    with pytest.raises(UsageError, match="text"):
        engine.amend(document_id, {"text": "x"})


def test_hidden_files_are_passed_over_and_links_out_of_the_folder_are_refused(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    outside = article(tmp_path / "outside", "secret.md", "The secret is 42.")
    (settings.corpus_dir / "link.md").symlink_to(outside)
    (settings.corpus_dir / "linked").symlink_to(outside.parent)
    article(settings.corpus_dir, ".hidden.md", "Hidden.")
    engine = open_engine()
    report = engine.sync()
    assert report.added == []
    assert set(report.failed) == {"link.md", "linked"}
    assert "a link out of the corpus folder, which is not followed" in report.failed["link.md"]


def test_what_is_no_file_is_said_to_be_none(settings: Settings, open_engine: OpenEngine):
    os.mkfifo(settings.corpus_dir / "pipe.md")
    (settings.corpus_dir / "gone.md").symlink_to(settings.corpus_dir / "nothing.md")
    article(settings.corpus_dir, "good.md", "The port was sold.")
    report = open_engine().sync()
    assert report.failed == {"gone.md": "it is a link to nothing", "pipe.md": "it is no file, but a device or pipe"}
    assert len(report.added) == 1


@pytest.mark.parametrize(
    "name",
    [
        "a\\..\\x.md",
        "-rf.md",
        "a\nb.md",
        "con.md",
        "порт.md",
        "港口.md",
        "🚢.md",
        "a" * 252 + ".md",
        "a;b|c$.md",
        "tab\t.md",
    ],
    ids=ascii,
)
def test_a_file_of_any_name_is_read_removed_and_brought_back(settings: Settings, open_engine: OpenEngine, name: str):
    article(settings.corpus_dir, name, "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    assert engine.documents()[0].sources == [name]
    engine.remove(document_id)
    assert list(settings.corpus_dir.iterdir()) == []
    assert engine.restore(document_id).added == [document_id]
    assert [path.name for path in settings.corpus_dir.iterdir()] == [name]


@pytest.mark.parametrize(
    "name",
    ["../../x.md", "/etc/x.md", "a/../../x.md", "..\\x.md", "\x1b[31mx.md", "x" * 300 + ".md", "..", "\u202ex.md"],
)
def test_what_is_put_into_the_folder_stays_in_it_whatever_its_name(tmp_path: Path, name: str):
    root = tmp_path / "deep/corpus"
    root.mkdir(parents=True)
    source = put(root, name, b"The port was sold.")
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()] == [
        f"deep/corpus/{source}"
    ]
    assert source.isprintable()


def test_a_missing_folder_is_one_clear_line(settings: Settings, open_engine: OpenEngine):
    settings.corpus_dir.rmdir()
    with pytest.raises(CorpusError, match=r"does not exist; make it"):
        open_engine().sync()


def test_settled_files_are_not_read_again(settings: Settings, open_engine: OpenEngine):
    path = article(settings.corpus_dir, "a.md", "The port was sold.")
    age(path)
    engine = open_engine()
    engine.sync()
    path.write_bytes(path.read_bytes().replace(b"sold", b"lent"))
    age(path)
    row = index_of(engine).catalogue.files()["a.md"]
    os.utime(path, ns=(row.mtime_ns, row.mtime_ns))
    engine.sync()
    assert engine.search("port")[0].text == "The port was sold."
