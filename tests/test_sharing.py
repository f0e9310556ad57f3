"""Several machines share a corpus on a real Chroma server: what one has, all answer from, and nothing is lost or twice.

A machine is an engine on fakes with folders of its own; two tests have real owner processes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from assistant.access import Scope
from assistant.errors import IndexFailure, UsageError
from assistant.formats.parsing import Parser
from assistant.indexing import shared_index
from assistant.indexing.shared_index import SharedIndex
from assistant.indexing.vectors import Vectors
from assistant.service import owner_process
from assistant.service.engine import Engine
from tests.chroma_running import RunningChroma
from tests.conftest import CLONE, article, index_of
from tests.crash_jobs import REACH, TELL, Crashing
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


def terms_of(machine: Machine) -> dict[str, tuple[str, ...]]:
    """The words of every chunk that a machine's catalogue has."""
    catalogue = machine.index.catalogue
    return {i: chunk.terms for i, chunk in catalogue.chunks(sorted(catalogue.chunk_ids())).items()}


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
    assert b.index.catalogue.words.search(["port"], 5, None)
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
    assert terms_of(a) == terms_of(b)


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
    drop = {
        name: [article(tmp_path / "drop", f"{name}{n}.md", f"Company {name}{n} owns pier {n}.") for n in range(20)]
        for name in "ab"
    }

    def add(each: Machine, name: str) -> None:
        for path in drop[name]:
            assert len(each.engine.add(path).added) == 1

    at_once(lambda: add(a, "a"), lambda: add(b, "b"))
    assert a.texts() == b.texts()
    assert len(a.texts()) == 40
    for each in (a, b):
        each.whole()


def until_it_works(call: Callable[[], object]) -> None:
    """Call again while the server is left alone for a few seconds."""
    pause = threading.Event()
    for _ in range(300):
        try:
            call()
        except IndexFailure:
            pause.wait(0.1)
        else:
            return
    raise AssertionError("it does not work again")


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


def test_who_edits_a_file_that_another_machine_has_too_has_a_new_document(machine: Machines):
    a, b = machine("a"), machine("b")
    path = article(a.corpus, "port.md", PORT)
    article(b.corpus, "port.md", PORT)
    (known,) = a.texts()
    assert list(b.texts()) == [known]
    path.write_text("The port was lent.", encoding="utf-8")
    assert sorted(a.texts().values()) == ["The port was lent.", PORT]
    assert b.texts() == a.texts()
    assert a.texts()[known] == PORT


def test_both_edit_the_same_article_at_once_and_neither_version_is_lost(machine: Machines):
    a, b = machine("a"), machine("b")
    for each in (a, b):
        article(each.corpus, "port.md", PORT)
        each.engine.sync()
    for each, text in ((a, "The port was lent."), (b, "The port was shut.")):
        (each.corpus / "port.md").write_text(text, encoding="utf-8")
    at_once(lambda: a.engine.sync() and None, lambda: b.engine.sync() and None)
    assert a.texts() == b.texts()
    assert sorted(a.texts().values()) == ["The port was lent.", "The port was shut."]
    for each in (a, b):
        each.whole()


def test_a_correction_holds_for_all_as_long_as_its_machine_has_the_file(machine: Machines):
    a, b = machine("a"), machine("b")
    article(a.corpus, "port.md", PORT, title="Port")
    path = article(b.corpus, "port.md", PORT, title="Port")
    (known,) = a.texts()
    b.engine.sync()
    b.engine.amend(known, {"title": "Quay"})
    assert a.texts()
    assert [d.title for d in a.engine.documents()] == ["Quay"]
    path.unlink()
    b.engine.sync()
    a.engine.sync()
    assert [d.title for d in a.engine.documents()] == ["Port"]
    b.engine.sync()
    assert [d.title for d in b.engine.documents()] == ["Port"]
    for each in (a, b):
        each.whole()


def test_what_lies_at_another_machine_is_changed_there_only(machine: Machines):
    a, b = machine("a"), machine("b")
    article(a.corpus, "port.md", PORT)
    (known,) = a.texts()
    b.engine.sync()
    for refused in (
        lambda: b.engine.remove(known),
        lambda: b.engine.amend(known, {"title": "Quay"}),
        lambda: b.engine.erase(known),
    ):
        with pytest.raises(UsageError, match=r"lies at .*there"):
            refused()
    a.engine.remove(known)
    assert a.texts() == b.texts() == {}
    a.engine.restore(known)
    assert list(b.texts()) == [known]
    assert "vacuum" in a.engine.erase(known).notes[0]
    assert b.texts() == {}


def test_a_machine_that_is_gone_is_forgotten_and_one_that_is_there_puts_its_articles_back(machine: Machines):
    a, b = machine("a"), machine("b")
    article(a.corpus, "port.md", PORT)
    article(b.corpus, "mine.md", MINE)
    known = a.texts() | b.texts()
    gone, here = sorted(b.engine.machines(), key=lambda each: each.here)
    assert [(each.documents, each.here) for each in (gone, here)] == [(1, False), (1, True)]
    for name, why in ((here.machine_id, "this machine"), ("nobody", "no machine is called"), (gone.name, "give an id")):
        with pytest.raises(UsageError, match=why):
            b.engine.forget_machine(name)
    (removed,) = b.engine.forget_machine(gone.machine_id).removed
    assert known[removed] == PORT
    assert [each.here for each in b.engine.machines()] == [True]
    assert a.texts() == known
    assert b.texts() == known
    for each in (a, b):
        each.whole()


def test_a_file_that_cannot_be_read_any_more_is_stale_at_all_machines(machine: Machines):
    a, b = machine("a"), machine("b")
    path = article(a.corpus, "port.md", PORT)
    (known,) = a.texts()
    path.write_bytes(b"\0\1\2")
    a.engine.sync()
    assert b.texts() == {known: PORT}
    assert [d.state for d in b.engine.documents()] == ["stale"]


def test_who_may_not_see_a_collection_sees_nothing_of_it_from_any_machine(machine: Machines):
    rules = {"board": ("board",)}
    a, b = machine("a", collections=rules), machine("b", collections=rules)
    article(a.corpus, "board/port.md", PORT)
    article(a.corpus, "mine.md", MINE)
    a.engine.sync()
    b.engine.sync()
    scope = Scope((("board", False),))
    assert [d.sources for d in b.engine.documents(scope=scope)] == [["mine.md"]]
    assert [p.source for p in b.engine.search("When was the port sold?", scope=scope)] == ["mine.md"]
    assert b.found("When was the port sold?")
    (hidden,) = [d.document_id for d in b.engine.documents() if d.sources != ["mine.md"]]
    a.engine.remove(hidden)
    b.engine.sync()
    assert b.engine.withheld([hidden], scope=scope) == [hidden]


def test_a_machine_that_lacks_a_collection_takes_nothing_over(machine: Machines):
    a, b = machine("a", collections={"board": ("board",)}), machine("b")
    article(a.corpus, "board/port.md", PORT)
    a.engine.sync()
    with pytest.raises(IndexFailure, match="same collections"):
        b.engine.sync()


def test_another_embedding_model_is_refused_in_one_line(machine: Machines):
    machine("a").engine.sync()
    with pytest.raises(IndexFailure, match="embedder words, here others") as caught:
        machine("b", WordEmbedder(name="others")).engine.sync()
    assert "\n" not in str(caught.value)


def test_a_copied_state_folder_is_noticed_before_it_does_harm(machine: Machines):
    a, b = machine("a"), machine("b")
    article(a.corpus, "port.md", PORT)
    a.engine.sync()
    shutil.copytree(a.settings.state_dir, b.settings.state_dir)
    article(a.corpus, "mine.md", MINE)
    a.engine.sync()
    with pytest.raises(IndexFailure, match="identity"):
        b.engine.sync()
    (b.settings.state_dir / "contributor.json").unlink()
    b.restart()
    assert b.texts() == a.texts()
    assert len(a.texts()) == 2


def test_a_server_that_was_emptied_is_filled_again_by_its_machines(machine: Machines, server: RunningChroma):
    a, b = machine("a"), machine("b")
    article(a.corpus, "port.md", PORT)
    article(b.corpus, "mine.md", MINE)
    assert sorted(a.texts().values()) == [PORT]
    assert len(b.texts()) == 2
    known = b.texts()
    server.clear()
    a.engine.sync()
    assert b.texts() == known
    assert a.texts() == known
    for each in (a, b):
        each.whole()


def test_what_the_server_has_lost_is_put_back_by_doctor_and_read_by_the_others(machine: Machines):
    a, b = machine("a"), machine("b")
    for name, text in (("port.md", PORT), ("mine.md", MINE)):
        article(a.corpus, name, text)
    known = a.texts()
    port, mine = sorted(known, key=lambda i: known[i] != PORT)
    contents = a.index.catalogue.contributions.contents()
    a.index._log.drop_contents([contents[port]])
    a.index.vectors.drop([vector for vector in a.index.vectors.ids() if vector.endswith(contents[mine])])
    assert b.texts() == {mine: MINE}
    (bad,) = [finding.found for finding in b.engine.check() if not finding.fine]
    assert "the server lacks 1 vectors" in bad
    assert b.index.unread() == [port]
    assert [f.what for f in a.engine.check() if not f.fine] == ["vectors"]
    assert all(finding.fine for finding in a.engine.check(repair=True))
    assert b.texts() == known
    for each in (a, b):
        each.whole()


def test_a_backup_is_restored_to_a_shared_corpus_as_changes_of_its_machine(machine: Machines, tmp_path: Path):
    a, b = machine("a"), machine("b")
    path = article(a.corpus, "port.md", PORT)
    article(b.corpus, "mine.md", MINE)
    b.engine.sync()
    known = a.texts()
    a.engine.backup(tmp_path / "backup.tar")
    path.write_text("The port was lent.", encoding="utf-8")
    assert "The port was lent." in b_texts(a, b)
    a.engine.restore_backup(tmp_path / "backup.tar")
    assert a.texts() == b.texts() == known


def b_texts(a: Machine, b: Machine) -> list[str]:
    a.engine.sync()
    return list(b.texts().values())


def test_a_former_collection_that_no_machine_has_any_more_is_no_hindrance(machine: Machines):
    a = machine("a", collections={"board": ("board",)})
    path = article(a.corpus, "board/port.md", PORT)
    a.engine.sync()
    path.unlink()
    article(a.corpus, "mine.md", MINE)
    a.engine.sync()
    assert list(machine("b").texts().values()) == [MINE]


def test_an_index_of_ones_own_becomes_a_shared_one_and_back(machine: Machines, parser: Parser, tmp_path: Path):
    own = settings_of(tmp_path / "a", "http://127.0.0.1:1").model_copy(update={"chroma_url": None})
    alone = Machine(own, parser)
    article(alone.corpus, "port.md", PORT)
    known = alone.texts()
    alone.engine.close()
    a, b = machine("a"), machine("b")
    article(b.corpus, "mine.md", MINE)
    b.engine.sync()
    assert known.items() <= a.texts().items()
    assert len(a.texts()) == 2
    a.engine.close()
    again = Machine(own, parser)
    assert again.texts() == known
    assert type(index_of(again.engine).vectors) is Vectors
    again.engine.close()


def test_while_the_server_is_away_questions_are_answered_and_changes_refused(tmp_path: Path, parser: Parser):
    server = RunningChroma(tmp_path / "chroma")
    a = Machine(settings_of(tmp_path / "a", server.url), parser)
    path = article(a.corpus, "port.md", PORT)
    article(a.corpus, "mine.md", MINE)
    known = a.texts()
    near = index_of(a.engine).vectors.search([a.embedder.embed(["port"])[0].vector], 5, None)
    server.stop()
    try:
        told: list[str] = []
        assert a.engine.search("When was the port sold?", progress=lambda p: told.append(p.step))[0].source == "port.md"
        assert a.engine.search("When was the port sold?", scope=Scope((("board", False),)))[0].source == "port.md"
        assert "no Chroma server answers" in told[0]
        assert index_of(a.engine).vectors.search([a.embedder.embed(["port"])[0].vector], 5, None) == near
        path.write_text(PORT.replace("May", "July"), encoding="utf-8")
        with pytest.raises(IndexFailure, match="chroma run"):
            a.engine.sync()
        b = Machine(settings_of(tmp_path / "b", server.url), parser)
        with pytest.raises(IndexFailure, match=r"no Chroma server answers at http://127\.0\.0\.1:\d+; start it"):
            b.engine.search("port")
        b.engine.close()
        server.start()
        until_it_works(a.engine.sync)
        edited = [PORT.replace("May", "July") if text == PORT else text for text in known.values()]
        assert sorted(a.texts().values()) == sorted(edited)
        a.whole()
    finally:
        a.engine.close()
        server.stop()


@pytest.fixture(scope="module")
def crashing() -> Iterator[Crashing]:
    opened = Crashing()
    yield opened
    opened.close()


def test_a_machine_killed_at_any_step_shows_nobody_half_a_document_and_goes_on(
    machine: Machines, server: RunningChroma, tmp_path: Path, crashing: Crashing
):
    dying, b = settings_of(tmp_path / "a", server.url), machine("b")

    def change(round_: int) -> set[str]:
        """An article is edited, one is new, one is gone; what the folder says now."""
        texts = {"port.md": f"The port was sold in {2000 + round_}.", f"mine{round_}.md": f"Mine {round_} was shut."}
        for name, text in texts.items():
            article(dying.corpus_dir, name, text)
        (dying.corpus_dir / f"mine{round_ - 1}.md").unlink(missing_ok=True)
        return set(texts.values())

    before = change(0)
    crashing(dying, do=[["sync"]])
    before = change(1)
    (whole,) = crashing(dying, do=[["sync"], TELL])["told"]
    reached = whole["reached"]
    assert {name for name in reached if name.startswith("shared: ")} == SHARED
    steps = {reached.index(name) + 1: name for name in SHARED | {"sync: id assigned", "sync: files forgotten"}}
    steps |= {len(reached) - reached[::-1].index(name): name for name in SHARED}  # of the removal
    for round_, (step, name) in enumerate(sorted(steps.items()), 2):
        after = change(round_)
        assert crashing(dying, do=[["sync"]], kill_at=step)["killed"], name
        assert set(b.texts().values()) <= before | after, name
        assert b.index.lacking() == (set(), set()), name
        crashing(dying, do=[["sync"]])
        assert sorted(b.texts().values()) == sorted(after), name
        b.whole()
        before = after


def test_the_command_line_forgets_a_machine_that_is_gone(machine: Machines, server: RunningChroma, tmp_path: Path):
    a, b = machine("a"), machine("b")
    article(a.corpus, "port.md", PORT)
    article(b.corpus, "mine.md", MINE)
    (port,) = a.texts()
    b.texts()
    (gone,) = (each.machine_id for each in b.engine.machines() if not each.here)
    b.engine.close()
    named = ("corpus_dir", "data_dir", "state_dir", "cache_dir", "llm", "chroma_url")
    variables = {f"ASSISTANT_{name.upper()}": str(getattr(b.settings, name)) for name in named}
    command = [sys.executable, "-m", "tests.light_page", "machines", "--forget", gone, "--json"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=CLONE, env={**os.environ, **variables}
        )
    finally:
        owner_process.stop(b.settings)
    assert json.loads(done.stdout)["removed"] == [port]


SHARED = set(REACH.findall(Path(shared_index.__file__).read_text(encoding="utf-8")))


def test_two_owner_processes_answer_from_what_either_is_given(
    server: RunningChroma, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(owner_process, "owner_module", "tests.fake_owner")
    a, b = (settings_of(tmp_path / name, server.url) for name in "ab")
    for settings in (a, b):
        settings.corpus_dir.mkdir(parents=True)
    owners = {"port": "Acme owns the port.", "mine": "Bolt owns the mine."}
    drop = [article(tmp_path / "drop", f"{name}.md", text) for name, text in owners.items()]
    try:
        with Assistant.open(a) as one, Assistant.open(b) as other:
            one.add(drop[0])
            other.add(drop[1])
            one.sync()
            for assistant in (one, other):
                citation = assistant.ask("Who owns the port?").citations[0]
                assert (citation.source, citation.quote) == ("port.md", "Acme owns the port.")
                assert assistant.ask("Who owns the mine?").citations[0].source == "mine.md"
                assert all(finding.fine for finding in assistant.check()), assistant.check()
            assert [path.name for path in a.corpus_dir.iterdir()] == ["port.md"]
    finally:
        for settings in (a, b):
            owner_process.stop(settings)
