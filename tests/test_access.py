"""Nobody learns anything of an article that they may not see, and nobody changes what they may not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from assistant.access import Person, Scope, collection_of, person, plain_path
from assistant.api import Assistant
from assistant.errors import NotAllowed, TooMany, UnknownDocument, UsageError
from assistant.indexing.narrowed import _VISIBLE
from assistant.records import Document, Filters, Record
from assistant.service import owner_process
from assistant.settings import Settings
from tests.conftest import OpenEngine, article, index_of
from tests.limited import BOARD, id_of, open_with

SECRETS = ("falcon", "gdansk", "shipyard", "board/")
PUBLIC = {
    "port.md": ("The port", "Acme owns the port. It bought the port in 2024 for $5 million."),
    "quay.md": (
        "The quay",
        "Borealis Lines runs the quay. Borealis Lines was founded in 1987. The quay handles 40,000 containers a year.",
    ),
    "rail/line.md": ("The line", "The line opened in May. Cargo trains use the line every night."),
}
HIDDEN = {
    "board/falcon.md": (
        "Project Falcon",
        "Falcon Holdings owns the port. Falcon Holdings bought a shipyard in Gdansk in May 2021 for $9 million.",
    ),
    "board/pay/falcon-pay.md": (
        "Falcon pay",
        "The chief of Falcon (Federal Allied Lines Company of Nine) gets $2 million.",
    ),
    "board/falcon.xyz": ("Falcon draft", "An unreadable Falcon draft."),
}
QUESTIONS = (
    "who owns the port?",
    "who is Falcon Holdings?",
    "who owns Falcn?",
    "what did the port cost?",
    "how many articles are there?",
    "which articles are about the port?",
    "what is new?",
    "what is new on Falcon?",
    "what is FALCN?",
    "compare the port and the quay",
    "how much does the chief of Falcon get?",
    "who runs the quay?",
    "summarize the articles about the port",
)


def write(settings: Settings, articles: dict[str, tuple[str, str]]) -> None:
    for day, (source, (title, text)) in enumerate(articles.items(), start=1):
        said = {"title": title, "publisher": title.split()[-1], "published": f"2026-05-{day:02}"}
        article(settings.corpus_dir, source, text, **said)


@pytest.fixture
def whole(settings: Settings, open_engine: OpenEngine) -> Assistant:
    """A corpus with a collection that only directors read, and in it one for those who see what people earn."""
    write(settings, PUBLIC | HIDDEN)
    assistant = open_with(settings, open_engine)
    assistant.sync()
    return assistant


def plain(result: Any) -> Any:
    if isinstance(result, Record):
        return Record.to_dict(result)
    return [plain(each) for each in result] if isinstance(result, list | tuple) else result


def told(result: Any) -> str:
    return json.dumps(plain(result), default=str).lower()


def leaks(result: Any) -> bool:
    return any(secret in told(result) for secret in SECRETS)


# Which files a rule covers


@pytest.mark.parametrize("source", ["board/a.md", "Board/a.md", "board/deep/a.md", "BOARD/Pay/x.md", "board//a.md"])
def test_a_rule_covers_everything_below_its_folder_however_it_is_written(source: str):
    assert not Scope((("board", False),)).sees(source)


@pytest.mark.parametrize("source", ["a.md", "boards/a.md", "other/board/a.md", "board.md", "board"])
def test_a_rule_covers_nothing_else(source: str):
    assert Scope((("board", False),)).sees(source)


def test_the_nearest_rule_counts():
    scope = Scope((("board", False), ("board/minutes", True)))
    assert scope.sees("board/minutes/may.md")
    assert not scope.sees("board/may.md")


def test_a_letter_may_be_written_in_two_ways():
    assert plain_path("vorst\u00e4nde/a") == plain_path("vorsta\u0308nde/a")


def test_a_rule_for_the_corpus_folder_covers_what_no_other_rule_does():
    scope = person("anna", ["sales"]).scope({".": ("staff",), "sales": ("sales",)})
    assert scope is not None
    assert not scope.sees("a.md")
    assert not scope.sees("other/a.md")
    assert scope.sees("sales/a.md")
    assert collection_of("a/b/c.md", ["a"]) == "a"


def test_an_admin_and_whoever_runs_it_see_everything():
    assert person("anna", ["admin"]).scope(BOARD) is None
    assert Person().scope(BOARD) is None
    assert person("anna", ["directors", "pay"]).scope(BOARD) is None
    assert person("anna", ["directors"]).scope(BOARD) is not None


def test_roles_stand_above_each_other():
    assert person("a", ["admin"]).has("editor")
    assert person("a").has("reader")
    assert not person("a", ["reader", "directors"]).has("editor")


# What somebody sees


def test_without_rules_everyone_sees_all(settings: Settings, open_engine: OpenEngine):
    write(settings, PUBLIC | HIDDEN)
    assistant = open_with(settings, open_engine, {})
    assert len(assistant.as_user("anna").documents()) == len(assistant.documents()) == 5


def test_a_group_sees_its_collection_and_not_the_one_within_it(whole: Assistant):
    sources = [source for document in whole.as_user("dora", ["directors"]).documents() for source in document.sources]
    assert sorted(sources) == ["board/falcon.md", "port.md", "quay.md", "rail/line.md"]


def ways() -> dict[str, Callable[[Assistant, Assistant], Any]]:
    """All ways on which somebody, second, may be told of an article that only the first sees."""
    return {
        "documents": lambda _, anna: anna.documents(),
        "documents by id": lambda all_, anna: anna.documents(Filters(document_ids=(id_of(all_, "board/falcon.md"),))),
        "documents by source": lambda _, anna: anna.documents(Filters(sources=("board/falcon.md",))),
        "documents by publisher": lambda _, anna: anna.documents(Filters(publishers=("Falcon",))),
        "overview": lambda _, anna: anna.overview(),
        "failures": lambda _, anna: anna.failures(),
        "removed": lambda _, anna: anna.removed(),
        "search": lambda _, anna: anna.search("Falcon Holdings owns the port", k=20),
        "search by id": lambda all_, anna: anna.search(
            "who owns it?", filters=Filters(document_ids=(id_of(all_, "board/falcon.md"),))
        ),
        "suggestions": lambda _, anna: anna.suggest(20),
        "suggestions after an answer": lambda all_, anna: anna.suggest(20, all_.ask("what did the port cost?")),
        "sync": lambda _, anna: anna.sync(),
        "verify": lambda all_, anna: [
            check.found + check.state
            for check in anna.verify(all_.ask("what did Falcon Holdings buy in May 2021?")).quotes
        ],
        "withheld": lambda _, anna: anna.withheld([document.document_id for document in anna.documents()]),
    }


@pytest.mark.parametrize("way", list(ways()))
def test_nothing_of_a_hidden_article_comes_out(whole: Assistant, way: str):
    whole.remove(id_of(whole, "board/pay/falcon-pay.md"))  # so that the trash holds something, too
    ways()["suggestions"](whole, whole)  # and what was found for others is remembered
    if way not in {"withheld", "verify"}:
        assert leaks(ways()[way](whole, whole)), "a check that cannot fail"
    found = ways()[way](whole, whole.as_user("ed", ["editor"]))
    assert not leaks(found)
    assert way != "verify" or "moved" not in told(found)


@pytest.mark.parametrize("question", [q for q in QUESTIONS if not leaks(q)])
def test_no_answer_tells_of_a_hidden_article(whole: Assistant, question: str):
    assert not leaks(whole.as_user("anna").ask(question))


def test_a_hidden_article_is_unknown(whole: Assistant):
    hidden = id_of(whole, "board/falcon.md")
    anna = whole.as_user("anna", ["editor"])
    for call in (anna.document, anna.remove, anna.restore, lambda i: anna.amend(i, title="x")):
        with pytest.raises(UnknownDocument) as told_of:
            call(hidden)
        assert not leaks(str(told_of.value))
    assert whole.document(hidden).title == "Project Falcon"


def test_answers_are_those_of_a_corpus_without_the_hidden_articles(
    whole: Assistant, settings: Settings, open_engine: OpenEngine, tmp_path_factory: pytest.TempPathFactory
):
    """Not one figure differs: no score, count, date, spelling or suggestion."""

    def everything(somebody: Assistant) -> list[Any]:
        names = {document.document_id: document.sources[0] for document in somebody.documents()}
        found = [
            *(Record.to_dict(somebody.ask(question)) for question in QUESTIONS),
            Record.to_dict(somebody.ask("and when?", history=[somebody.ask("who owns the port?")])),
            *(plain(somebody.search(question, k=9)) for question in QUESTIONS),
            plain(somebody.documents()),
            somebody.suggest(9),
        ]
        return [_without_time(json.loads(_named(json.dumps(each, default=str), names))) for each in found]

    with_hidden = everything(whole.as_user("anna"))
    alone = settings.model_copy(
        update={name: tmp_path_factory.mktemp("alone") / name for name in ("corpus_dir", "data_dir", "state_dir")}
    )
    alone.corpus_dir.mkdir(parents=True)
    write(alone, PUBLIC)
    without = everything(open_with(alone, open_engine, {}))
    assert with_hidden == without


def _named(text: str, names: dict[str, str]) -> str:
    for document_id, name in names.items():
        text = text.replace(document_id, name)
    return text


def _without_time(found: Any) -> Any:
    if isinstance(found, dict):
        return {k: _without_time(v) for k, v in found.items() if k not in {"timings", "made"}}
    return [_without_time(each) for each in found] if isinstance(found, list) else found


def test_the_same_bytes_in_two_collections_are_two_articles(settings: Settings, open_engine: OpenEngine):
    for source in ("copy.txt", "board/Falcon takes over.txt"):
        article(settings.corpus_dir, source, "The port was sold in May.")
    whole = open_with(settings, open_engine)
    (seen,) = whole.as_user("anna").documents()
    assert (seen.title, seen.sources) == ("copy", ["copy.txt"])
    assert not leaks(seen)
    assert len(whole.documents()) == 2


def test_a_file_that_is_moved_into_a_collection_is_gone_for_others_at_once(whole: Assistant, settings: Settings):
    anna = whole.as_user("anna")
    assert anna.search("who runs the quay?")[0].source == "quay.md"
    (settings.corpus_dir / "quay.md").rename(settings.corpus_dir / "board" / "quay.md")
    assert all(passage.source != "quay.md" for passage in anna.search("who runs the quay?"))
    assert "Borealis" not in anna.ask("who runs the quay?").text
    assert "Borealis" in whole.as_user("dora", ["directors"]).ask("who runs the quay?").text


def test_a_new_rule_counts_at_once_and_keeps_ids(whole: Assistant, settings: Settings, open_engine: OpenEngine):
    before = id_of(whole, "rail/line.md")
    stricter = open_with(settings, open_engine, BOARD | {"rail": ("drivers",)})
    assert "rail" not in told(stricter.as_user("anna").documents())
    assert id_of(stricter, "rail/line.md") == before


def test_what_was_suggested_to_one_is_not_suggested_to_another(whole: Assistant):
    assert leaks(whole.suggest(9))
    assert not leaks(whole.as_user("anna").suggest(9))
    assert leaks(whole.suggest(9))


def test_vectors_of_hidden_articles_are_not_among_the_nearest(settings: Settings, open_engine: OpenEngine):
    for number in range(40):
        article(
            settings.corpus_dir, f"board/{number}.md", f"Falcon owns the port number {number}.", title=f"F {number}"
        )
    article(settings.corpus_dir, "a.md", "Something else was said of a lighthouse.", title="Light")
    whole = open_with(settings, open_engine)
    whole.sync()
    engine = whole._engine
    view = index_of(engine).seen_by(whole.as_user("anna")._scope)  # type: ignore[arg-type]
    (vector,) = view.embedder.embed_questions(["Falcon owns the port"])
    (near,) = view.vectors.search([vector], 20, None)
    assert [chunk.document_id for chunk in view.catalogue.chunks(near).values()] == [id_of(whole, "a.md")]
    (all_,) = index_of(engine).vectors.search([vector], 20, None)
    assert len(all_) == 20


def test_a_table_of_the_catalogue_without_a_rule_is_empty_for_who_may_not_see_all(whole: Assistant):
    view = index_of(whole._engine).seen_by(Scope((("board", False),)))  # type: ignore[arg-type]
    tables = [
        row["name"] for row in view.catalogue.database.query("SELECT name FROM main.sqlite_master WHERE type = 'table'")
    ]
    assert {"documents", "signatures", "lexical_data", "lexical"} <= set(tables)
    for name in tables:
        (count,) = view.catalogue.database.query(f'SELECT count(*) AS n FROM "{name}"')
        (all_,) = view.catalogue.database.query(f'SELECT count(*) AS n FROM main."{name}"')
        assert count["n"] == 0 if name not in _VISIBLE else count["n"] <= all_["n"]


# What somebody may change


def test_a_reader_changes_nothing(whole: Assistant, settings: Settings):
    anna, port = whole.as_user("anna", ["directors"]), id_of(whole, "port.md")
    calls: list[Callable[[], Any]] = [
        lambda: anna.add(Document(title="x", text="y")),
        lambda: anna.add(settings.corpus_dir / "port.md"),
        lambda: anna.add("https://example.com/a"),
        lambda: anna.remove(port),
        lambda: anna.restore(port),
        lambda: anna.amend(port, title="x"),
        anna.sync,
        lambda: anna.backup(settings.state_dir / "b.tar"),
        lambda: anna.restore_backup(settings.state_dir / "b.tar"),
        lambda: anna.check(repair=True),
    ]
    for call in calls:
        with pytest.raises(NotAllowed, match="ask an admin"):
            call()


def test_what_concerns_everyones_articles_takes_an_admin(whole: Assistant, settings: Settings):
    for call in ("backup", "restore_backup"):
        with pytest.raises(NotAllowed, match="role admin"):
            getattr(whole.as_user("ed", ["editor"]), call)(settings.state_dir / "b.tar")
    assert whole.as_user("root", ["admin"]).backup(settings.state_dir.with_name("b.tar"))


def test_an_editor_adds_to_a_collection_that_they_see(whole: Assistant):
    dora = whole.as_user("dora", ["editor", "directors"])
    report = dora.add(Document(title="Minutes", text="The board met in May."), collection="Board")
    assert dora.document(report.added[0]).sources == ["board/Minutes.md"]
    assert report.added[0] not in {document.document_id for document in whole.as_user("anna").documents()}


def test_an_editor_adds_to_no_collection_that_they_do_not_see(whole: Assistant):
    for collection in ("board", "../up", "nowhere"):  # nor is it told which there are
        with pytest.raises(UsageError) as told:
            whole.as_user("ed", ["editor"]).add(Document(title="x", text="y"), collection=collection)
        assert str(told.value).replace(collection, "…").startswith("there is no collection '…'; there are: none")


def test_an_editor_who_does_not_see_the_corpus_folder_itself_names_a_collection(
    settings: Settings, open_engine: OpenEngine
):
    ed = open_with(settings, open_engine, {".": ("staff",), "sales": ("sales",)}).as_user("ed", ["editor", "sales"])
    with pytest.raises(NotAllowed, match="the corpus folder itself"):
        ed.add(Document(title="x", text="y"))
    assert ed.add(Document(title="x", text="y"), collection="sales").added


def test_a_report_of_a_change_tells_nothing_of_others_articles(whole: Assistant, settings: Settings):
    ed = whole.as_user("ed", ["editor"])
    article(settings.corpus_dir, "board/new.md", "Falcon bought another port in July.", title="Falcon news")
    article(settings.corpus_dir, "board/bad.pdf", "no pdf Falcon")
    report = ed.add(Document(title="Mine", text="The lighthouse was painted."))
    assert not leaks(report)
    assert len(report.added) == 1
    assert set(report.unchanged) == {document.document_id for document in ed.documents()} - set(report.added)


def test_a_removed_article_comes_back_for_who_saw_it_alone(whole: Assistant):
    hidden = id_of(whole, "board/falcon.md")
    whole.remove(hidden)
    with pytest.raises(UnknownDocument):
        whole.as_user("ed", ["editor"]).restore(hidden)
    dora = whole.as_user("dora", ["editor", "directors"])
    assert [each.document_id for each in dora.removed()] == [hidden]
    dora.restore(hidden)
    assert id_of(whole, "board/falcon.md") == hidden


# Conversations and questions are each person's own


def test_conversations_are_those_of_the_person(whole: Assistant):
    anna, bert = whole.as_user("anna"), whole.as_user("bert")
    kept = anna.conversations.begin("who owns the port?")
    assert [each.conversation_id for each in anna.conversations.find()] == [kept]
    assert bert.conversations.find() == whole.conversations.find() == []


def test_each_person_may_ask_so_often_a_minute(whole: Assistant, settings: Settings, open_engine: OpenEngine):
    chosen = settings.model_copy(update={"questions_per_minute": 2})
    assistant = Assistant(open_engine(settings=chosen), chosen)
    anna, bert = assistant.as_user("anna"), assistant.as_user("bert")
    anna.ask("who owns the port?")
    assistant.as_user("anna", ["admin"]).search("who owns the port?")
    with pytest.raises(TooMany, match="more than 2 questions within a minute; ask again in") as error:
        anna.ask("who owns the port?")
    assert 0 < error.value.wait <= 61
    assert bert.ask("who owns the port?").answered
    assert [assistant.ask("who owns the port?").answered for _ in range(5)] == [True] * 5


def test_what_is_asked_unrated_does_not_count_among_a_persons_questions(
    whole: Assistant, settings: Settings, open_engine: OpenEngine
):
    chosen = settings.model_copy(update={"questions_per_minute": 1})
    anna = Assistant(open_engine(settings=chosen), chosen).as_user("anna")
    assert [anna.unrated().ask("who owns the port?").answered for _ in range(3)] == [True] * 3
    assert anna.ask("who owns the port?").answered
    with pytest.raises(TooMany):
        anna.ask("who owns the port?")


def test_who_asks_unrated_sees_no_more_than_before(whole: Assistant):
    anna = whole.as_user("anna")
    assert anna.unrated().documents() == anna.documents() != whole.documents()


def test_a_user_has_a_name(whole: Assistant):
    with pytest.raises(UsageError, match="needs a name"):
        whole.as_user(" ")


def test_as_of_a_day_counts_hidden_articles_neither(whole: Assistant, settings: Settings):
    article(settings.corpus_dir, "board/undated.md", "Falcon will sell the port.", title="Falcon plan")
    anna = whole.as_user("anna")
    assert anna.ask("who owns the port?", filters=Filters(as_of=date(2026, 6, 1))).notes == []
    assert "1 undated" in told(whole.ask("who owns the port?", filters=Filters(as_of=date(2026, 6, 1))).notes)


# Through another process


@pytest.mark.processes
def test_the_process_that_holds_the_index_limits_what_it_answers(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(owner_process, "owner_module", "tests.fake_owner")
    write(settings, PUBLIC | HIDDEN)
    chosen = settings.model_copy(update={"collections": BOARD, "owner_idle_seconds": 1.0})
    with Assistant.open(chosen) as whole:
        hidden = id_of(whole, "board/falcon.md")
        said = whole.ask("who owns the port?")
        ed = whole.as_user("ed", ["editor"])
        assert leaks(whole.documents())
        found = [
            *(ed.documents(), ed.failures(), ed.removed(), ed.search("Falcon Holdings owns the port"), ed.suggest(9)),
            *(ed.ask("who owns the port?"), ed.sync(), ed.suggest(9, said), ed.add(Document(title="x", text="y"))),
        ]
        assert not leaks(found)
        assert ed.withheld([hidden, id_of(whole, "port.md")]) == [hidden]
        for call in (ed.document, ed.remove, ed.restore, lambda i: ed.amend(i, title="x")):
            with pytest.raises(UnknownDocument):
                call(hidden)
        owner_process.stop(chosen)


def test_a_quote_of_an_article_that_somebody_may_not_see_is_gone_for_them(whole: Assistant):
    answer = whole.ask("what did Falcon Holdings buy in May 2021?")
    assert {quote.state for quote in whole.verify(answer).quotes} == {"stands"}
    assert {quote.state for quote in whole.as_user("anna").verify(answer).quotes} == {"gone"}
