"""Several machines share a corpus on a real Chroma server: what one has, all answer from, and nothing is lost or twice.

A machine is an engine on fakes with folders of its own; two tests have real owner processes.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant import Assistant, Settings, client
from assistant.access import Scope
from assistant.engine import Engine
from assistant.errors import IndexFailure, UsageError
from assistant.parsing import Parser
from assistant.shared_index import SharedIndex
from assistant.vectors import Vectors
from tests.chroma_running import RunningChroma
from tests.conftest import article, index_of
from tests.fakes import WordEmbedder

pytestmark = pytest.mark.processes
PORT = "The port was sold in May. It cost $5 million."
MINE = "The mine was shut in June."


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningChroma]:
    server = RunningChroma(tmp_path_factory.mktemp("chroma"))
    yield server
    server.stop()


@pytest.fixture
def server(running: RunningChroma) -> RunningChroma:
    """The server with nothing on it."""
    running.clear()
    return running


class Machine:
    """An engine with folders of its own."""

    def __init__(self, settings: Settings, parser: Parser, embedder: WordEmbedder | None = None) -> None:
        self.settings = settings
        self.corpus = settings.corpus_dir
        self.corpus.mkdir(parents=True, exist_ok=True)
        self._parser = parser
        self.embedder = embedder or WordEmbedder()
        self.engine = Engine(settings, self.embedder, parser=parser)

    def restart(self) -> None:
        self.engine.close()
        self.engine = Engine(self.settings, self.embedder, parser=self._parser)

    @property
    def index(self) -> SharedIndex:
        opened = index_of(self.engine)
        assert isinstance(opened, SharedIndex)
        return opened

    def texts(self) -> dict[str, str]:
        """The text of every document by id, of all that the machine knows now."""
        self.engine.sync()
        return {d.document_id: self.engine.document(d.document_id).text for d in self.engine.documents()}

    def found(self, question: str) -> list[tuple[str, str]]:
        """Source and text of the passages for a question, as soon as anything is found: a look may be a moment old."""
        for _ in range(200):
            if passages := self.engine.search(question):
                return [(passage.source, passage.text) for passage in passages]
        return []

    def whole(self) -> None:
        """Catalogue, server and log say the same."""
        catalogue = self.index.catalogue
        assert catalogue.problems(thorough=True) == []
        assert catalogue.orphans() == []
        assert self.index.lacking() == (set(), set())
        assert self.index.left_over() == (set(), set())


Machines = Callable[..., Machine]


@pytest.fixture
def machine(server: RunningChroma, tmp_path: Path, parser: Parser) -> Iterator[Machines]:
    """Makes machines by name on the server, or finds one's settings again."""
    made: list[Machine] = []

    def make(name: str, embedder: WordEmbedder | None = None, **more: object) -> Machine:
        made.append(Machine(settings_of(tmp_path / name, server.url, **more), parser, embedder))
        return made[-1]

    yield make
    for each in made:
        each.engine.close()


def settings_of(top: Path, url: str, **more: object) -> Settings:
    folders = {"corpus_dir": "corpus", "data_dir": "index", "state_dir": "state", "cache_dir": "cache"}
    return Settings(**{key: top / name for key, name in folders.items()}, llm="extractive", chroma_url=url, **more)


def test_what_one_machine_adds_changes_and_removes_the_other_answers_from(machine: Machines):
    a, b = machine("a"), machine("b")
    path = article(a.corpus, "port.md", PORT, title="Port", published="2026-05-01")
    a.engine.sync()
    assert b.found("When was the port sold?") == [("port.md", PORT)]
    (passage,) = b.engine.search("When was the port sold?")
    text = b.engine.document(passage.document_id).text
    assert text[passage.start : passage.end] == passage.text
    assert b.index.catalogue.lexical_search(["port"], 5, None)
    assert "its file lies at" in b.engine.documents()[0].notes[-1]
    assert b.embedder.embedded == []
    path.write_text(PORT.replace("May", "July"), encoding="utf-8")
    a.engine.sync()
    assert list(b.texts().values()) == [PORT.replace("May", "July")]
    path.unlink()
    a.engine.sync()
    assert b.texts() == {}
    for each in (a, b):
        each.whole()
        assert each.index.vectors.count() == 0


def test_a_new_machine_and_one_whose_index_was_deleted_have_everything_from_the_server(machine: Machines):
    a = machine("a")
    for number in range(30):
        article(
            a.corpus, f"{number}.md", f"# Quay\n\nQuay {number} has {number} cranes.\n\n# Owner\n\nIt is the city's."
        )
    a.engine.sync()
    known = a.texts()
    b = machine("b")
    assert b.texts() == known
    a.engine.close()
    shutil.rmtree(a.settings.data_dir)
    a.embedder.embedded.clear()
    a.restart()
    assert a.texts() == known
    assert (a.embedder.embedded, b.embedder.embedded) == ([], [])
    assert len(b.engine.search("Which quay has 7 cranes?")) > 0
    for each in (a, b):
        each.whole()
    held = [{i: chunk.terms for i, chunk in m.index.catalogue.chunks(sorted(m.index.catalogue.chunk_ids())).items()} for m in (a, b)]  # fmt: skip # noqa: E501
    assert held[0] == held[1]


def test_the_same_bytes_at_two_machines_are_one_document_as_long_as_one_has_them(machine: Machines):
    a, b = machine("a"), machine("b")
    one, other = article(a.corpus, "port.md", PORT), article(b.corpus, "copy.md", PORT)
    a.engine.sync()
    (known,) = a.texts()
    assert list(b.texts()) == [known]
    assert b.engine.documents()[0].sources == ["copy.md", "port.md"]
    one.unlink()
    report = a.engine.sync()
    assert report.removed == []
    assert "stays" in report.notes[0]
    assert list(a.texts()) == list(b.texts()) == [known]
    other.unlink()
    assert b.engine.sync().removed == [known]
    assert a.texts() == b.texts() == {}


def test_of_two_that_add_the_same_bytes_at_once_one_takes_the_others_id(machine: Machines):
    a, b = machine("a"), machine("b")
    for each in (a, b):
        each.engine.sync()
    both = threading.Barrier(2)

    def add(each: Machine) -> None:
        for number in range(5):
            article(each.corpus, f"{number}.md", f"Quay {number} has cranes.")
        both.wait()
        each.engine.sync()

    at_once(lambda: add(a), lambda: add(b))
    assert a.texts() == b.texts()
    assert len(a.texts()) == 5
    for each in (a, b):
        each.whole()


def test_twenty_documents_from_each_of_two_at_once_are_forty_at_both(machine: Machines, tmp_path: Path):
    a, b = machine("a"), machine("b")
    drop = {name: [article(tmp_path / "drop", f"{name}{n}.md", f"Company {name}{n} owns pier {n}.") for n in range(20)] for name in "ab"}  # fmt: skip # noqa: E501

    def add(each: Machine, name: str) -> None:
        for path in drop[name]:
            assert len(each.engine.add(path).added) == 1

    at_once(lambda: add(a, "a"), lambda: add(b, "b"))
    assert a.texts() == b.texts()
    assert len(a.texts()) == 40
    for each in (a, b):
        each.whole()


def at_once(*calls: Callable[[], None]) -> None:
    failed: list[BaseException] = []

    def run(call: Callable[[], None]) -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - raised below
            failed.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
