"""How many sources tell a thing: rewrites of one release are one, and so is one publisher."""

import pytest

from assistant.records import Answer
from assistant.settings import Settings
from tests.conftest import OpenEngine, article

RELEASE = (
    "Aurelisk will open its second satellite plant in Tarnow on 9 March 2026, the company said. The plant there will "
    "employ 400 people and build the Petrel series of small imaging satellites for European customers."
)
OWN = "The satellite plant that Aurelisk will open in Tarnow starts work on 9 March 2026."
QUESTION = "When will Aurelisk open its satellite plant in Tarnow?"


def told(open_engine: OpenEngine) -> Answer:
    *_, last = open_engine().stream(QUESTION)
    assert "9 March 2026" in last.answer.text
    return last.answer


def put(settings: Settings, name: str, text: str, **front: str) -> None:
    article(settings.corpus_dir, f"{name}.md", text, title=f"Aurelisk plant ({name})", **front)


@pytest.fixture
def four_copies(settings: Settings) -> None:
    for name, ending in (("wire", "."), ("daily", " again."), ("post", " today."), ("herald", " this week.")):
        put(settings, name, f"{RELEASE} More was not said{ending}", source=name)


@pytest.mark.usefixtures("four_copies")
def test_copies_of_one_text_are_one_source(open_engine: OpenEngine):
    assert told(open_engine).notes == ["reported by 1 source (4 articles, all the same text)"]


@pytest.mark.usefixtures("four_copies")
def test_an_article_in_its_own_words_is_a_source_of_its_own(settings: Settings, open_engine: OpenEngine):
    put(settings, "observer", OWN, source="observer")
    assert told(open_engine).notes == ["reported by 2 sources (5 articles, 4 of them the same text)"]


@pytest.mark.usefixtures("four_copies")
def test_another_article_of_the_same_publisher_is_no_other_source(settings: Settings, open_engine: OpenEngine):
    put(settings, "later", OWN, source="Wire")
    assert told(open_engine).notes == ["reported by 1 source (5 articles, 4 of them the same text)"]


def test_one_article_alone_needs_no_remark(settings: Settings, open_engine: OpenEngine):
    put(settings, "wire", RELEASE)
    assert told(open_engine).notes == []
