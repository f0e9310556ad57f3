import json
from pathlib import Path

import pytest

from assistant.settings import Settings
from tests.conftest import OpenEngine, article
from tests.fakes import WordEmbedder

BROKEN = "---\ntitle: a: b\n---\ntext"


def states(engine) -> dict[str, str]:
    return {document.sources[0]: document.state for document in engine.documents()}


@pytest.fixture
def broken(settings: Settings, open_engine: OpenEngine) -> Path:
    """An article that was indexed, and whose file was then overwritten with something that cannot be read."""
    path = article(settings.corpus_dir, "a.md", "The port was sold.", title="Port")
    open_engine().sync()
    path.write_text(BROKEN, encoding="utf-8")
    return path


def test_a_document_whose_new_version_cannot_be_read_answers_with_the_old_one(broken: Path, open_engine: OpenEngine):
    engine = open_engine()
    report = engine.sync()
    assert (list(report.failed), report.removed, len(report.unchanged)) == (["a.md"], [], 1)
    (passage,) = engine.search("port sold")
    assert passage.text == "The port was sold."


def test_a_stale_document_says_so_and_why(broken: Path, open_engine: OpenEngine):
    engine = open_engine()
    engine.sync()
    (document,) = engine.documents()
    assert document.state == "stale"
    assert (
        "an older version: the newest of a.md cannot be read (its front matter is not valid YAML" in document.notes[-1]
    )


def test_a_stale_document_survives_the_loss_of_the_index(broken: Path, settings: Settings, open_engine: OpenEngine):
    engine = open_engine()
    engine.sync()
    (before,) = engine.documents()
    engine.close()
    settings.data_dir.rename(settings.data_dir.with_name("thrown-away"))
    engine = open_engine()
    engine.sync()
    (after,) = engine.documents()
    assert after == before
    assert engine.document(after.document_id).text == "The port was sold."


def test_a_mended_file_is_ready_again_and_nothing_is_kept(broken: Path, settings: Settings, open_engine: OpenEngine):
    engine = open_engine()
    engine.sync()
    assert len(list((settings.state_dir / "kept").iterdir())) == 1
    article(settings.corpus_dir, "a.md", "The port was sold twice.", title="Port")
    engine.sync()
    assert states(engine) == {"a.md": "ready"}
    assert engine.documents()[0].notes == []
    assert list((settings.state_dir / "kept").iterdir()) == []


def test_a_file_put_back_as_it_was_is_ready_again_without_embedding(
    broken: Path, settings: Settings, open_engine: OpenEngine
):
    embedder = WordEmbedder()
    engine = open_engine(embedder=embedder)
    engine.sync()
    article(settings.corpus_dir, "a.md", "The port was sold.", title="Port")
    engine.sync()
    assert states(engine) == {"a.md": "ready"}
    assert embedder.embedded == []


def test_a_stale_document_goes_with_its_file(broken: Path, open_engine: OpenEngine):
    engine = open_engine()
    engine.sync()
    broken.unlink()
    assert len(engine.sync().removed) == 1
    assert engine.search("port") == []


def test_a_stale_document_can_be_removed(broken: Path, open_engine: OpenEngine):
    engine = open_engine()
    engine.sync()
    (document,) = engine.documents()
    assert engine.remove(document.document_id).removed == [document.document_id]
    assert not broken.exists()


def test_a_removed_stale_document_can_be_brought_back(broken: Path, open_engine: OpenEngine):
    engine = open_engine()
    engine.sync()
    (document,) = engine.documents()
    engine.remove(document.document_id)
    assert engine.restore(document.document_id).added == [document.document_id]
    assert engine.document(document.document_id).text == "The port was sold."


def test_an_old_version_that_comes_back_under_another_name_has_that_names_date(
    settings: Settings, open_engine: OpenEngine
):
    path = article(settings.corpus_dir, "c.txt", "The port was sold.")
    engine = open_engine()
    engine.sync()
    path.write_bytes(b"\0")
    engine.sync()
    path.unlink()
    article(settings.corpus_dir, "2026-01-02 port.txt", "The port was sold.")
    engine.sync()
    assert [str(document.published) for document in engine.documents()] == ["2026-01-02"]


def test_a_file_that_took_too_long_is_not_tried_again_by_each_question(settings: Settings, open_engine: OpenEngine):
    (settings.corpus_dir / "a.md").write_bytes(b"<script>" * 200_000)
    engine = open_engine(settings=Settings(**{**settings.model_dump(), "max_parse_seconds": 0.2}))
    engine.sync()
    steps: list[str] = []
    engine.documents(lambda progress: steps.append(progress.step))
    assert steps == []


def test_links_between_many_articles_that_are_alike_are_few(settings: Settings, open_engine: OpenEngine):
    for number in range(30):
        article(settings.corpus_dir, f"{number}.md", f"{WORDS} So said wire {number}.")
    engine = open_engine()
    engine.sync()
    assert 0 < sum(len(document.similar) for document in engine.documents()) <= 30 * 20


def test_documents_of_a_folder_that_can_no_longer_be_opened_stay_as_stale_ones(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    article(settings.corpus_dir, "deep/a.md", "The port was sold.")
    engine = open_engine()
    (document_id,) = engine.sync().added
    (settings.corpus_dir / "deep").rename(tmp_path / "elsewhere")
    (settings.corpus_dir / "deep").symlink_to(tmp_path / "elsewhere")
    report = engine.sync()
    assert (report.removed, sorted(report.failed)) == ([], ["deep", "deep/a.md"])
    assert states(engine) == {"deep/a.md": "stale"}
    (settings.corpus_dir / "deep").unlink()
    (tmp_path / "elsewhere").rename(settings.corpus_dir / "deep")
    assert engine.sync().unchanged == [document_id]
    assert states(engine) == {"deep/a.md": "ready"}
    (settings.corpus_dir / "deep/a.md").unlink()
    assert engine.sync().removed == [document_id]


def test_a_new_file_that_cannot_be_read_is_no_document(settings: Settings, open_engine: OpenEngine):
    (settings.corpus_dir / "a.md").write_text(BROKEN, encoding="utf-8")
    engine = open_engine()
    engine.sync()
    assert engine.documents() == []


def test_one_of_two_copies_that_cannot_be_read_leaves_the_document_ready(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    copy = article(settings.corpus_dir, "b.md", "The port was sold.")
    engine = open_engine()
    engine.sync()
    copy.write_text(BROKEN, encoding="utf-8")
    engine.sync()
    (document,) = engine.documents()
    assert (document.state, document.sources) == ("ready", ["a.md"])


def test_two_copies_that_cannot_be_read_leave_the_document_stale(settings: Settings, open_engine: OpenEngine):
    paths = [article(settings.corpus_dir, name, "The port was sold.") for name in ("a.md", "b.md")]
    engine = open_engine()
    engine.sync()
    for path in paths:
        path.write_text(BROKEN + path.name, encoding="utf-8")
    engine.sync()
    (document,) = engine.documents()
    assert (document.state, document.sources) == ("stale", ["a.md", "b.md"])


def test_a_sync_reads_again_what_broke_down_but_a_question_does_not(settings: Settings, open_engine: OpenEngine):
    path = article(settings.corpus_dir, "a.md", "The port was sold.")
    path.write_bytes(b"<script>" * 200_000)
    slow = Settings(**{**settings.model_dump(), "max_parse_seconds": 0.2})
    engine = open_engine(settings=slow)
    assert "longer than 0.2 seconds" in engine.sync().failed["a.md"]
    steps: list[str] = []
    engine.documents(lambda progress: steps.append(progress.step))
    assert steps == []
    engine.sync(lambda progress: steps.append(progress.step))
    assert steps == ["reading"]


def test_a_higher_limit_has_refused_files_read_again(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    low = Settings(**{**settings.model_dump(), "max_characters": 5})
    assert "over the limit of 5" in open_engine(settings=low).sync().failed["a.md"]
    report = open_engine().sync()
    assert (len(report.added), report.failed) == (1, {})


def test_a_renamed_file_that_has_its_title_from_its_name_has_the_new_one(settings: Settings, open_engine: OpenEngine):
    path = article(settings.corpus_dir, "old-name.txt", "The port was sold.")
    embedder = WordEmbedder()
    engine = open_engine(embedder=embedder)
    engine.sync()
    embedder.embedded.clear()
    path.rename(settings.corpus_dir / "2026-06-04 new name.txt")
    report = engine.sync()
    (document,) = engine.documents()
    assert (document.title, str(document.published)) == ("2026 06 04 new name", "2026-06-04")
    assert (report.unchanged, embedder.embedded) == ([document.document_id], [])
    assert [p.title for p in engine.search("port", filters=None)] == ["2026 06 04 new name"]


def test_a_second_file_with_the_same_bytes_is_told_of(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "The port was sold.")
    engine = open_engine()
    engine.sync()
    article(settings.corpus_dir, "b.md", "The port was sold.")
    assert engine.sync().notes == ["b.md holds the same as a.md: one article, two sources"]


WORDS = " ".join(f"The authority said that quay {number} will be rebuilt by {2000 + number}." for number in range(30))


def test_articles_that_say_nearly_the_same_are_linked(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", WORDS)
    article(settings.corpus_dir, "b.md", WORDS + " So said the wire.")
    article(settings.corpus_dir, "c.md", "Another matter altogether. " * 20 + "It has nothing to do with any harbour.")
    engine = open_engine()
    report = engine.sync()
    assert report.notes == ["a.md and b.md say nearly the same"]
    by_name = {document.sources[0]: document for document in engine.documents()}
    assert by_name["a.md"].similar == [by_name["b.md"].document_id]
    assert by_name["b.md"].similar == [by_name["a.md"].document_id]
    assert by_name["c.md"].similar == []


def test_a_link_to_a_removed_article_goes_with_it(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", WORDS)
    article(settings.corpus_dir, "b.md", WORDS + " So said the wire.")
    engine = open_engine()
    engine.sync()
    (settings.corpus_dir / "b.md").unlink()
    engine.sync()
    (document,) = engine.documents()
    assert document.similar == []


def test_a_kept_version_that_is_damaged_is_no_version(broken: Path, settings: Settings, open_engine: OpenEngine):
    engine = open_engine()
    engine.sync()
    (kept,) = (settings.state_dir / "kept").iterdir()
    plain = json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text(json.dumps(plain)[:-20], encoding="utf-8")
    engine.close()
    settings.data_dir.rename(settings.data_dir.with_name("thrown-away"))
    engine = open_engine()
    assert list(engine.sync().failed) == ["a.md"]
    assert engine.documents() == []


def test_an_answer_from_a_stale_document_says_so(broken: Path, open_engine: OpenEngine):
    engine = open_engine()
    engine.sync()
    *_, done = engine.stream("was the port sold?")
    assert done.answer.answered
    assert "“Port” is quoted as it was before: the newest version of its file cannot be read" in done.answer.notes
