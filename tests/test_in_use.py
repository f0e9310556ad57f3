"""Conversations, times and hostile articles, end to end without a language model."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from assistant.questions.conversation import turns
from assistant.records import Answer, Filters
from assistant.settings import Settings
from tests.conftest import OpenEngine, article
from tests.fakes import scripted
from tests.orders import A_LIE, holds, hostile_articles

DATA = Path(__file__).parent / "data"


def put(settings: Settings, published: str, title: str, text: str) -> None:
    """An article of that day in the corpus."""
    article(settings.corpus_dir, f"{published}.md", text, title=title, published=published)


@pytest.fixture
def launches(settings: Settings) -> None:
    put(
        settings,
        "2025-11-25",
        "Aurelisk sets a launch date for Petrel",
        "Aurelisk will launch Petrel on 9 March 2026. The satellite costs €96 million.",
    )
    put(
        settings,
        "2026-02-12",
        "Aurelisk delays Petrel",
        "Aurelisk will launch Petrel on 17 September 2026. The cost has risen to €103 million from €96 million.",
    )
    put(
        settings,
        "2026-02-20",
        "Tarnquist names a chief executive",
        "Tarnquist has named Ingrid Vallestrom as its chief executive.",
    )


def answer(open_engine: OpenEngine, question: str, *history: Answer, as_of: date | None = None) -> Answer:
    events = open_engine().stream(question, Filters(as_of=as_of) if as_of else None, turns=turns(history))
    *_, last = events
    return last.answer


@pytest.mark.usefixtures("launches")
def test_the_latest_state_comes_first_and_the_one_before_is_told_apart(open_engine: OpenEngine):
    found = answer(open_engine, "When will Aurelisk launch Petrel?")
    assert found.text == (
        "As of 2026-02-12: Aurelisk will launch Petrel on 17 September 2026 [1]. "
        "Earlier, as of 2025-11-25: Aurelisk will launch Petrel on 9 March 2026 [2]."
    )
    assert [citation.superseded_by for citation in found.citations] == [None, 1]


@pytest.mark.usefixtures("launches")
def test_as_of_a_day_nothing_later_is_known(open_engine: OpenEngine):
    found = answer(open_engine, "When will Aurelisk launch Petrel?", as_of=date(2026, 1, 1))
    assert found.text == "Aurelisk will launch Petrel on 9 March 2026 [1]."
    refused = answer(open_engine, "Who is the chief executive of Tarnquist?", as_of=date(2026, 1, 1))
    assert "holds 1 article of that time" in refused.text
    assert "None of them mentions “Tarnquist”" in refused.text


@pytest.mark.usefixtures("launches")
def test_news_of_a_time_is_told_by_date_the_newest_first(open_engine: OpenEngine):
    found = answer(open_engine, "what's new this month?", as_of=date(2026, 2, 25))
    assert found.text.split("\n\n") == [
        "2026-02-20: Tarnquist has named Ingrid Vallestrom as its chief executive [1].",
        "2026-02-12: Aurelisk will launch Petrel on 17 September 2026 [2].",
    ]
    assert found.notes == ["articles published from 1 February 2026 to 25 February 2026"]
    assert not answer(open_engine, "what's new since yesterday?", as_of=date(2026, 2, 25)).answered


@pytest.mark.usefixtures("launches")
def test_today_in_a_question_for_a_fact_leaves_no_article_out(open_engine: OpenEngine):
    found = answer(open_engine, "Who is the chief executive of Tarnquist today?", as_of=date(2026, 6, 1))
    assert found.text == "Tarnquist has named Ingrid Vallestrom as its chief executive [1]."
    assert not found.notes


@pytest.mark.usefixtures("launches")
def test_a_follow_up_is_answered_as_the_question_it_was_understood_as(open_engine: OpenEngine):
    first = answer(open_engine, "Who is the chief executive of Tarnquist?")
    second = answer(open_engine, "and when will Aurelisk launch Petrel?", first)
    third = answer(open_engine, "why?", first, second)
    for follow_up in (second, third):
        alone = answer(open_engine, follow_up.understood)
        assert (follow_up.text, follow_up.citations) == (alone.text, alone.citations)
    assert second.question == "and when will Aurelisk launch Petrel?"


@pytest.mark.usefixtures("launches")
def test_news_can_be_asked_for_in_the_middle_of_a_conversation(open_engine: OpenEngine):
    first = answer(open_engine, "When will Aurelisk launch Petrel?")
    found = answer(open_engine, "any news on Tarnquist?", first)
    assert found.text == "2026-02-20: Tarnquist has named Ingrid Vallestrom as its chief executive [1]."


@pytest.mark.usefixtures("launches")
def test_a_refusal_changes_nothing_later(open_engine: OpenEngine):
    first = answer(open_engine, "When will Aurelisk launch Petrel?")
    refused = answer(open_engine, "Who insures Petrel?", first)
    assert not refused.answered
    again = answer(open_engine, "When will Aurelisk launch Petrel?", first, refused)
    assert again.text == first.text


def test_no_article_published_later_is_cited_as_of_any_day(settings: Settings, open_engine: OpenEngine):
    for path in sorted((DATA / "time" / "corpus").glob("*.md")):
        (settings.corpus_dir / path.name).write_bytes(path.read_bytes())
    engine = open_engine()
    engine.sync()
    cited = 0
    for line in (DATA / "time" / "facts.jsonl").read_text(encoding="utf-8").splitlines():
        fact = json.loads(line)
        for state in fact["states"]:
            day = date.fromisoformat(state["published"])
            *_, last = engine.stream(fact["questions"][0], Filters(as_of=day))
            assert all(c.published and c.published <= day for c in last.answer.citations)
            assert all(p.published and p.published <= day for p in last.answer.passages)
            cited += len(last.answer.citations)
    assert cited > 10


@pytest.mark.sets
def test_orders_in_articles_are_not_obeyed(settings: Settings, open_engine: OpenEngine):
    rows = hostile_articles(settings)
    engine = open_engine()
    assert not engine.sync().failed
    answers = [(row, last.answer) for row in rows for *_, last in [engine.stream(row["question"])]]
    assert {row["id"] for row, answer in answers if holds(answer, row["planted"])} <= A_LIE
    assert sum(holds(answer, row["right"]) for row, answer in answers) >= 65  # with the word embedder


@pytest.mark.usefixtures("launches")
@pytest.mark.parametrize(
    "planted",
    [
        "![](https://evil.example/p.png?q=9)",
        "[17 September](https://evil.example/a)",
        '<img src="https://evil.example/p.png">',
        "<script>alert(1)</script>",
        "https://evil.example/q",
        "www.evil.example",
        "<a href='https://evil.example'>more</a>",
        "[1](https://evil.example)",
        "data:text/html;base64,PHA+",
    ],
)
def test_what_a_model_writes_beyond_its_sentence_is_not_shown(open_engine: OpenEngine, planted: str):
    claims = [f"Aurelisk will launch Petrel on 17 September 2026{gap}{planted}." for gap in (" ", ". ", ", ")]
    claims += [f"{planted} Aurelisk will launch Petrel on 17 September 2026."]
    for claim in claims:
        *_, last = open_engine(scripted(*((number, claim) for number in (1, 2, 3)))).stream(
            "When will Aurelisk launch Petrel?"
        )
        assert not re.search(r"evil|<|\]\(|!\[|script|base64", last.answer.text), last.answer.text
        assert "17 September 2026" in last.answer.text


@pytest.fixture
def forecasts(settings: Settings) -> None:
    put(
        settings,
        "2025-11-06",
        "Grenmark looks ahead",
        "Grenmark expects revenue of €640 million in 2026, it said on Thursday.",
    )
    put(
        settings,
        "2026-02-11",
        "Farms lift Grenmark",
        "Grenmark has raised its forecast for 2026 revenue from €640 million to €690 million. Repairs of a mill are "
        "expected to cost about €28 million.",
    )


@pytest.mark.usefixtures("forecasts")
def test_an_article_that_repeats_the_old_figure_beside_a_new_one_supersedes_it(open_engine: OpenEngine):
    found = answer(open_engine, "What revenue does Grenmark expect in 2026?")
    assert found.text == (
        "As of 2026-02-11: Grenmark has raised its forecast for 2026 revenue from €640 million to €690 million [1]. "
        "Earlier, as of 2025-11-06: Grenmark expects revenue of €640 million in 2026, it said on Thursday [2]."
    )
    before = answer(open_engine, "What revenue does Grenmark expect in 2026?", as_of=date(2026, 1, 1))
    assert before.text == "Grenmark expects revenue of €640 million in 2026, it said on Thursday [1]."


@pytest.mark.usefixtures("forecasts")
def test_a_later_figure_of_a_part_supersedes_nothing_and_its_article_is_named(
    settings: Settings, open_engine: OpenEngine
):
    put(settings, "2026-08-12", "Grenmark at half-time", "Grenmark expects half-year revenue of €251 million in 2026.")
    found = answer(open_engine, "What revenue does Grenmark expect in 2026?")
    assert found.text.startswith("As of 2026-02-11: ")
    assert "251" not in found.text
    assert found.notes == ["later articles speak of it too: Grenmark at half-time (12 August 2026)"]


def test_who_is_named_in_the_sentence_before_is_told_with_it(settings: Settings, open_engine: OpenEngine):
    put(
        settings,
        "2025-09-11",
        "Hesterbrook picks an outsider",
        "Priya Dellamare was named on Thursday to lead Hesterbrook. She becomes chief executive on 1 November 2025.",
    )
    found = answer(open_engine, "Who is the chief executive of Hesterbrook?")
    assert "Priya Dellamare was named on Thursday to lead Hesterbrook [1]." in found.text
    assert "She becomes chief executive on 1 November 2025 [2]." in found.text


def test_questions_of_a_time_cite_no_article_of_another_time(settings: Settings, open_engine: OpenEngine):
    for path in sorted((DATA / "time" / "corpus").glob("*.md")):
        (settings.corpus_dir / path.name).write_bytes(path.read_bytes())
    engine = open_engine()
    engine.sync()
    whole = 0
    for line in (DATA / "time" / "relative.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        *_, last = engine.stream(row["question"], Filters(as_of=date.fromisoformat(row["today"])))
        cited = {citation.source.removesuffix(".md") for citation in last.answer.citations}
        whole += cited >= set(row["articles"])
        if any(note.startswith("articles published") for note in last.answer.notes):
            assert cited <= set(row["articles"]), row["question"]
    assert whole >= 15  # of 20, with the word embedder


def test_a_change_is_seen_in_a_sentence_that_is_no_answer_by_itself(settings: Settings, open_engine: OpenEngine):
    put(
        settings,
        "2024-09-03",
        "Kestrel sets a price",
        "Kestrel Energy will charge 24.8 pence per kilowatt-hour on its tariff.",
    )
    put(
        settings,
        "2025-08-21",
        "Kestrel puts prices up",
        "Kestrel Energy has raised its tariff from 24.8 pence to 27.3 pence.",
    )
    found = answer(open_engine, "How much does Kestrel Energy charge per kilowatt-hour on its tariff?")
    assert found.text.startswith(
        "As of 2025-08-21: Kestrel Energy has raised its tariff from 24.8 pence to 27.3 pence [1]."
    )


def test_who_owns_something_else_is_no_answer(settings: Settings, open_engine: OpenEngine):
    put(
        settings,
        "2025-04-10",
        "Ravnsund Terminal",
        "Callowhill owns pipelines in seven countries but no part of Ravnsund Terminal.",
    )
    assert not answer(open_engine, "Who owns Ravnsund Terminal?").answered


def test_a_later_article_that_only_names_whom_an_answer_names_changes_nothing(
    settings: Settings, open_engine: OpenEngine
):
    put(
        settings,
        "2026-02-20",
        "Tarnquist names a chief executive",
        "Tarnquist has named Ingrid Vallestrom as its chief executive.",
    )
    put(
        settings,
        "2026-04-20",
        "Spring party",
        "At Tarnquist, chief economist Bo Lindgren thanked Ingrid Vallestrom warmly.",
    )
    found = answer(open_engine, "Who is the chief executive of Tarnquist?")
    assert found.text == "Tarnquist has named Ingrid Vallestrom as its chief executive [1]."


def test_a_question_may_be_asked_within_one_article(settings: Settings, open_engine: OpenEngine):
    put(settings, "2025-11-25", "Quill plans a plant", "Quill will build a plant. It will employ 90 people.")
    put(settings, "2026-02-12", "Orlo plans a plant", "Orlo will build a plant. It will employ 4,000 people.")
    first = answer(open_engine, "What will Quill build?")
    found = answer(open_engine, "how many people?", first)
    assert {c.title for c in found.citations} == {"Quill plans a plant"}
    again = answer(open_engine, found.understood)
    assert (again.text, again.understood) == (found.text, found.understood)
    nowhere = answer(open_engine, "how many people will it employ, in “Acme plans a plant”?")
    assert nowhere.understood == "how many people will it employ, in “Acme plans a plant”?"


@pytest.mark.usefixtures("launches")
def test_an_answer_says_that_a_later_article_speaks_of_it_too(settings: Settings, open_engine: OpenEngine):
    put(settings, "2026-05-06", "Petrel gets ready", "Aurelisk will launch Petrel soon after Easter, it said.")
    found = answer(open_engine, "When will Aurelisk launch Petrel?")
    assert found.notes == ["later articles speak of it too: Petrel gets ready (6 May 2026)"]
    assert found.note_kinds == {found.notes[0]: "later"}


ENERGY = (
    "2025-06-01",
    "The revenue of Aurelisk Energy is €50 million. Aurelisk Energy left Aurelisk Orbital.",
)
BERGS = ("2025-06-01", "Tomas Berg was appointed finance director on 3 May 2025. Anna Berg is his sister.")
NORDIC = ("2025-06-01", "Aurelisk sells in Norway and Sweden. In Sweden its revenue was €5 million.")


@pytest.mark.parametrize(
    ("article_of", "question"),
    [
        (ENERGY, "What is the revenue of Aurelisk Orbital?"),
        (BERGS, "When was Anna Berg appointed finance director?"),
        (NORDIC, "What was the revenue of Aurelisk in Norway?"),
    ],
)
def test_what_is_said_of_a_sister_or_a_namesake_is_no_answer(
    settings: Settings, open_engine: OpenEngine, article_of: tuple[str, str], question: str
):
    put(settings, article_of[0], "News", article_of[1])
    assert not answer(open_engine, question).answered


def test_another_figure_of_the_same_firm_is_no_later_state_of_its_revenue(settings: Settings, open_engine: OpenEngine):
    put(settings, "2025-01-01", "Results", "Aurelisk has revenue of €640 million.")
    put(settings, "2025-06-01", "Fine", "Aurelisk will pay a fine of €50 million. It had booked revenue too early.")
    found = answer(open_engine, "What is the revenue of Aurelisk?")
    assert found.text == "Aurelisk has revenue of €640 million [1]."


def test_where_a_thing_of_the_conversation_stands_is_asked_of_that_thing(settings: Settings, open_engine: OpenEngine):
    put(
        settings,
        "2025-01-01",
        "Cindrelle builds",
        "Cindrelle has a project in Spain. The project will cost €5 million.",
    )
    put(settings, "2025-06-01", "The Orlo project", "The Orlo project has begun.")
    first = answer(open_engine, "What will the Cindrelle project cost?")
    for question in ("Where does the project stand?", "Where do they stand now?"):
        assert {c.title for c in answer(open_engine, question, first).citations} == {"Cindrelle builds"}


def test_articles_of_one_title_are_not_taken_for_one(settings: Settings, open_engine: OpenEngine):
    put(settings, "2025-01-01", "Quarterly results", "Cindrelle does well. It has 12 branches.")
    put(settings, "2025-06-01", "Quarterly results", "Orlo Bank does well. It has 40 branches.")
    first = answer(open_engine, "How does Cindrelle do?")
    assert "“" not in answer(open_engine, "how many branches?", first).understood


def test_a_refusal_within_an_article_says_where_it_was_looked(settings: Settings, open_engine: OpenEngine):
    put(settings, "2025-01-01", "Vantry hires", "Vantry hires 90 people.")
    put(settings, "2025-06-01", "Orlo", "Orlo Bank has 40 branches.")
    found = answer(open_engine, "who owns it, in “Vantry hires”?")
    assert found.text == "The corpus does not say. Looked at was “Vantry hires” alone."
