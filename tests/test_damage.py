"""Files of index and state that are deleted, cut short or overwritten: made again, with a line that says so."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing

import pytest

from assistant.errors import DamagedFile
from assistant.indexing.embedding import Vector
from assistant.indexing.vectors import client, collection_name
from assistant.records import Filters, Progress
from assistant.service.engine import Engine
from assistant.settings import Settings
from tests.conftest import OpenEngine, index_of
from tests.crashing import files
from tests.fakes import WordEmbedder
from tests.harms import HARMS, Harm, chroma_files, delete, scribble

pytestmark = pytest.mark.processes


def ids(engine: Engine) -> dict[str, str]:
    return {source: document.document_id for document in engine.documents() for source in document.sources}


def assert_whole(engine: Engine, before: dict[str, str]) -> list[str]:
    """Everything is found again under its id; the lines that were said."""
    said: list[Progress] = []
    assert engine.search("who sold the port?", progress=said.append)[0].source == "port.md"
    assert ids(engine) == before
    index = index_of(engine)
    rows = index.catalogue.chunk_ids()
    vector = index.embedder.embed(["port"])[0].vector
    assert len(index.vectors.search([vector], len(rows), None)[0]) > 0.98 * len(rows)
    assert index.vectors.ids() == rows
    assert index.catalogue.problems(thorough=True) == []
    return [progress.step for progress in said if progress.lasting]


@pytest.mark.parametrize("harm", [delete, scribble])
def test_any_file_of_the_vectors_that_is_harmed_is_made_again_without_embedding(
    settings: Settings, open_engine: OpenEngine, large: dict[str, str], harm: Harm
):
    whole = settings.data_dir.with_name("whole")
    shutil.copytree(settings.data_dir, whole)
    for path in chroma_files(settings):
        shutil.rmtree(settings.data_dir)
        shutil.copytree(whole, settings.data_dir)
        harm(path)
        embedder = WordEmbedder()
        engine = open_engine(embedder=embedder)
        assert_whole(engine, large)
        assert engine.sync().updated == [], path
        assert embedder.embedded == [], path
        engine.close()


def test_vectors_that_are_gone_are_told_of_in_one_line(
    settings: Settings, open_engine: OpenEngine, indexed: dict[str, str]
):
    shutil.rmtree(settings.data_dir / "chroma")
    line = "the vectors were damaged (they were gone), and were made again"
    engine = open_engine()
    assert assert_whole(engine, indexed) == [line]
    assert engine.sync().notes == [line]
    assert engine.sync().notes == []


@pytest.mark.parametrize("harm", HARMS)
def test_a_catalogue_that_is_harmed_is_made_again_from_the_folder(
    settings: Settings, open_engine: OpenEngine, indexed: dict[str, str], harm: Harm
):
    harm(settings.data_dir / "catalogue.sqlite")
    (line,) = assert_whole(open_engine(), indexed)
    assert line.startswith("the catalogue was")
    assert line.endswith("made again from the articles")


@pytest.mark.parametrize("harm", HARMS)
def test_a_ledger_that_is_harmed_is_made_again_from_the_index(
    settings: Settings, open_engine: OpenEngine, indexed: dict[str, str], harm: Harm
):
    harm(settings.state_dir / "ledger.sqlite")
    (line,) = assert_whole(open_engine(), indexed)
    assert line.startswith("the ledger of document ids was")


def test_a_rebuild_leaves_the_state_as_it_is(settings: Settings, open_engine: OpenEngine, indexed: dict[str, str]):
    (settings.corpus_dir / "quay0.md").write_bytes(b"\0\1")  # so that an older version is kept
    engine = open_engine()
    engine.sync()
    engine.close()
    before = files(settings.state_dir)
    assert len(before) > 1
    shutil.rmtree(settings.data_dir)
    engine = open_engine(embedder=WordEmbedder(name="others"))
    engine.sync()
    assert ids(engine) == indexed
    engine.close()
    assert files(settings.state_dir) == before


def test_an_index_that_is_thrown_away_while_it_is_used_is_made_again(
    settings: Settings, open_engine: OpenEngine, indexed: dict[str, str]
):
    engine = open_engine()
    assert_whole(engine, indexed)
    shutil.rmtree(settings.data_dir / "chroma")
    with closing(sqlite3.connect(settings.data_dir / "catalogue.sqlite")) as catalogue:
        catalogue.execute("DROP TABLE files")
    assert_whole(engine, indexed)


def test_damage_that_shows_in_the_middle_of_an_answer_costs_no_answer(
    settings: Settings, open_engine: OpenEngine, indexed: dict[str, str]
):
    engine = open_engine()
    assert_whole(engine, indexed)
    with closing(client(settings.data_dir / "chroma")) as other:
        other.delete_collection(collection_name("words"))
    *_, done = engine.stream("who sold the port?", settings=settings)
    assert done.answer.passages
    assert_whole(engine, indexed)


class Askew(WordEmbedder):
    """Gives questions, while it is askew, vectors of which Chroma can make nothing."""

    askew = True

    def embed_questions(self, questions: Sequence[str]) -> list[Vector]:
        return [vector[:3] if self.askew else vector for vector in super().embed_questions(questions)]


def test_a_query_that_chroma_refuses_makes_nothing_again(
    settings: Settings, open_engine: OpenEngine, indexed: dict[str, str]
):
    embedder = Askew()
    engine = open_engine(embedder=embedder)
    with pytest.raises(DamagedFile, match="dimension"):
        engine.search("who sold the port?")
    embedder.askew = False
    assert assert_whole(engine, indexed) == []
    assert embedder.embedded == []


def test_a_filter_of_more_documents_than_a_statement_may_name_is_asked_in_parts(
    settings: Settings, open_engine: OpenEngine, indexed: dict[str, str]
):
    engine = open_engine()
    many = tuple(f"{number:012d}" for number in range(40_000))
    found = engine.search("who sold the port?", filters=Filters(document_ids=(*many, indexed["port.md"])))
    assert [passage.source for passage in found] == ["port.md"]


def test_a_database_of_chroma_that_is_gone_is_told_of(
    settings: Settings, open_engine: OpenEngine, indexed: dict[str, str]
):
    (settings.data_dir / "chroma" / "chroma.sqlite3").unlink()
    (line,) = assert_whole(open_engine(), indexed)
    assert line.startswith("the vectors were damaged (of ")
