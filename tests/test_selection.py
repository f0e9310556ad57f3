"""Which documents a search goes through, as conditions of the catalogue."""

from dataclasses import replace
from datetime import date

import pytest

from assistant.indexing.selection import Selection, condition, day_number
from assistant.records import Document, Filters
from assistant.settings import Settings
from tests.conftest import OpenEngine, article


def test_an_undated_article_is_of_day_nought():
    assert day_number(Document("t", "x", published=date(2026, 3, 4))) == 20260304
    assert day_number(Document("t", "x")) == 0


def test_no_selection_is_no_condition_and_a_set_that_is_empty_lets_nothing_pass():
    assert condition(None) == ("", ())
    assert condition(Selection())[1] == (0, 99_999_999)
    text, values = condition(replace(Selection(), publishers=("p",), document_ids=(), without=("w",)))
    assert text.count("?") == len(values) == 5
    assert values == (0, 99_999_999, '["p"]', "[]", '["w"]')
    assert "document_id IN" in text
    assert "document_id NOT IN" in text


@pytest.mark.parametrize(
    ("filters", "passed"),
    [
        (Filters(), "abcd"),
        (Filters(published_from=date(2026, 3, 2)), "bc"),
        (Filters(published_to=date(2026, 3, 2)), "ab"),
        (Filters(published_to=date(2026, 3, 2), as_of=date(2026, 3, 1)), "a"),
        (Filters(published_from=date(2026, 3, 2), as_of=date(2026, 3, 2)), "b"),
        (Filters(publishers=("Wire", "Post")), "ab"),
        (Filters(sources=("a.md", "d.md", "nowhere.md")), "ad"),
        (Filters(sources=("nowhere.md",)), ""),
        (Filters(sources=("https://example.com/c",)), "c"),
        (Filters(sources=("a.md",), publishers=("Post",)), ""),
    ],
)
def test_filters_hold_together_and_an_article_of_a_day_passes_up_to_that_day(
    filters: Filters, passed: str, settings: Settings, open_engine: OpenEngine
):
    for name, day, more in (("a", 1, {"source": "Wire"}), ("b", 2, {"source": "Post"}), ("c", 3, {})):
        page = {"url": "https://example.com/c"} if name == "c" else {}
        article(
            settings.corpus_dir, f"{name}.md", f"Quay {name}.", published=f"2026-03-0{day}", title=name, **more, **page
        )
    article(settings.corpus_dir, "d.md", "Quay d.", title="d")
    found = open_engine().documents(filters=filters)
    assert "".join(sorted(document.title for document in found)) == passed


def test_ids_and_files_that_are_asked_for_have_to_be_the_same_articles(settings: Settings, open_engine: OpenEngine):
    for name in "ab":
        article(settings.corpus_dir, f"{name}.md", f"Quay {name}.", title=name)
    engine = open_engine()
    first, second = (document.document_id for document in sorted(engine.documents(), key=lambda each: each.title))
    both = Filters(sources=("a.md", "b.md"), document_ids=(second,))
    assert [document.title for document in engine.documents(filters=both)] == ["b"]
    assert engine.documents(filters=Filters(sources=("b.md",), document_ids=(first,))) == []
