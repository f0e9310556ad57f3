from datetime import date

import pytest

from assistant.records import Answer, Done, Filters
from assistant.settings import Settings
from tests.conftest import OpenEngine, article


@pytest.fixture
def three_articles(settings: Settings) -> None:
    article(
        settings.corpus_dir, "port.md", "Acme owns the port outright.", title="Port of Skarn", published="2026-01-14"
    )
    article(settings.corpus_dir, "mine.md", "The mine was shut by Acme.", title="Mine", published="2026-02-01")
    article(settings.corpus_dir, "bond.md", "Bolt sold a bond.", title="Bond")


def answer(open_engine: OpenEngine, question: str, filters: Filters | None = None) -> Answer:
    *_, last = open_engine(None).stream(question, filters=filters)
    assert isinstance(last, Done)
    return last.answer


@pytest.mark.usefixtures("three_articles")
@pytest.mark.parametrize("question", ["hello", "Thanks!", "what can I ask?", "what articles do you have?", "help"])
def test_small_talk_is_answered_with_what_the_corpus_holds(open_engine: OpenEngine, question: str):
    found = answer(open_engine, question)
    assert (found.kind, found.answered, found.citations) == ("catalogue", True, [])
    assert "3 articles, published from 14 January 2026 to 1 February 2026" in found.text


@pytest.mark.usefixtures("three_articles")
def test_articles_on_a_matter_are_listed_newest_first(open_engine: OpenEngine):
    found = answer(open_engine, "list the articles about Acme")
    assert found.text == "2 articles mention Acme: Mine (1 February 2026); Port of Skarn (14 January 2026)."
    assert answer(open_engine, "which articles mention whales?").text.startswith("No article mentions whales.")


@pytest.mark.usefixtures("three_articles")
def test_a_list_keeps_to_the_filters(open_engine: OpenEngine):
    found = answer(open_engine, "list all articles", Filters(as_of=date(2026, 1, 20)))
    assert found.text == "Port of Skarn (14 January 2026)."


@pytest.mark.usefixtures("three_articles")
def test_a_question_about_what_articles_say_is_not_taken_for_one(open_engine: OpenEngine):
    assert answer(open_engine, "who owns the port?").kind == "claims"
    assert answer(open_engine, "how does the port work?").kind != "catalogue"
