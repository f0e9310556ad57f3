"""The list of articles in the Corpus tab."""

from datetime import date

import pytest
from lxml import html

from assistant.records import Document
from assistant.web.shelf import PAGE, View, arranged, articles, corrections

DOCUMENTS = [
    Document("Beta", "b", "2", "Wire", published=date(2026, 3, 4), sources=["x/b.md"], size=30),
    Document("alpha", "a", "1", "Desk", sources=["a.md"], size=10, state="stale", notes=["no date"]),
    Document("Gamma", "g", "3", published=date(2026, 5, 4), sources=["g.pdf", "g2.pdf"], size=20, similar=["2"]),
]


def ids(view: View) -> str:
    return "".join(document.document_id for document in arranged(DOCUMENTS, view))


@pytest.mark.parametrize(
    ("column", "order", "back"),
    [
        ("title", "123", "321"),
        ("published", "321", "123"),
        ("publisher", "312", "213"),
        ("source", "132", "231"),
        ("state", "231", "123"),
        ("size", "231", "132"),
    ],
)
def test_articles_are_in_the_order_of_a_column_and_the_other_way_round_at_the_second_time(
    column: str, order: str, back: str
):
    first = View(column="").by(column)
    assert (ids(first), ids(first.by(column))) == (order, back)


def test_an_unknown_column_changes_nothing():
    assert View().by("__class__") == View()


@pytest.mark.parametrize(
    ("words", "found"), [("wire", "2"), ("x/", "2"), ("2026-05 gamma", "3"), ("undated", "1"), ("wire gamma", "")]
)
def test_articles_are_found_by_all_the_words_of_what_is_known_of_them(words: str, found: str):
    assert ids(View().narrowed({"words": [words]})) == found


@pytest.mark.parametrize(("state", "found"), [("stale", "1"), ("undated", "1"), ("similar", "3"), ("remarks", "1")])
def test_articles_are_narrowed_to_a_state(state: str, found: str):
    assert ids(View().narrowed({"state": [state]})) == found


def test_a_page_is_shown_at_a_time_and_the_rest_on_request():
    many = [Document(f"T{number}", "", str(number)) for number in range(PAGE + 10)]
    assert len(html.fromstring(articles(many, View())).cssselect("tbody tr")) == PAGE
    assert "Show more" in articles(many, View())
    assert len(html.fromstring(articles(many, View().more())).cssselect("tbody tr")) == PAGE + 10
    assert "Show more" not in articles(many, View().more())


def test_a_form_changes_only_what_was_changed_and_an_emptied_field_is_taken_back():
    form = {"title": ["Beta"], "publisher": [""], "author": ["T. Arkwell"], "published": ["2026-03-05"]}
    assert corrections(DOCUMENTS[0], form) == {"publisher": None, "author": "T. Arkwell", "published": "2026-03-05"}
    assert corrections(DOCUMENTS[0], {"title": ["Beta"], "publisher": ["Wire"], "published": ["2026-03-04"]}) == {}
