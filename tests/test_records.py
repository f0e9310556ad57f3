from datetime import date

import pytest

from assistant import Answer, Citation, Derived, Document, Filters, Passage, SyncReport
from assistant.records import QuoteCheck, Verification, seal

CITATION = Citation(1, "the words", "id", "a.md", "Title", 3, 12, published=date(2026, 6, 4))
PASSAGE = Passage("id", "a.md", "Title", "some text", 0, 9, 0.5)


@pytest.mark.parametrize(
    "record",
    [
        Answer(
            "q", "It is so [1].", True, "claims", citations=[CITATION], passages=[PASSAGE],
            derived=[Derived("$475 million", "$500 million − $25 million", [1, 2])], timings={"total": 0.5},
        ),
        SyncReport(added=["a"], failed={"b.pdf": "holds no text"}),
        Filters(as_of=date(2026, 3, 1), publishers=("The Wire",)),
    ],
)  # fmt: skip
def test_a_record_survives_json(record: Answer | SyncReport | Filters):
    assert type(record).from_dict(record.to_dict()) == record


def test_a_refusal_has_an_empty_list_of_citations():
    assert Answer("q", "no", False, "refusal").citations == []


def test_something_else_is_not_read_as_a_record():
    with pytest.raises(ValueError, match="question"):
        Answer.from_dict({"text": "x"})


def test_filters_without_a_condition_are_falsy():
    assert not Filters()
    assert Filters(document_ids=("x",))


def test_the_source_of_a_document_is_its_first_and_empty_where_it_has_none():
    assert Document("t", "x", sources=["https://example.com/a", "a.md"]).source == "https://example.com/a"
    assert Document("t", "x").source == ""


def test_a_character_stands_on_the_page_that_began_last():
    paged = Document("t", "x" * 30, pages=[0, 10, 20])
    assert [paged.page_at(start) for start in (0, 9, 10, 19, 20, 29)] == [1, 1, 2, 2, 3, 3]
    assert Document("t", "x").page_at(0) is None


@pytest.mark.parametrize("dated", [{"published_from": date(2026, 1, 1)}, {"published_to": date(2026, 1, 1)}])
def test_filters_are_dated_by_any_date_and_by_nothing_else(dated: dict[str, date]):
    assert Filters(**dated).dated
    assert Filters(as_of=date(2026, 1, 1)).dated
    assert not Filters(publishers=("The Wire",), sources=("a.md",), document_ids=("x",)).dated
    assert all([Filters(**dated), Filters(publishers=("The Wire",)), Filters(sources=("a.md",))])


def test_two_syncs_are_told_as_one():
    first = SyncReport(["a", "b"], ["c", "d"], ["e"], ["f"], {"x.pdf": "old", "y.pdf": "y"}, ["one", "two"])
    later = SyncReport(["g"], ["a", "c", "h"], ["b", "d"], ["a", "c", "g", "i"], {"x.pdf": "new"}, ["two", "three"])
    assert first.followed_by(later) == SyncReport(
        added=["a", "g"],
        updated=["c", "h"],
        removed=["e", "b", "d"],
        unchanged=["i"],
        failed={"x.pdf": "new", "y.pdf": "y"},
        notes=["one", "two", "three"],
    )


def test_an_answer_stands_as_long_as_no_quote_of_it_is_gone():
    stands, moved, gone = (QuoteCheck(1, "q", "t", state) for state in ("stands", "moved", "gone"))
    assert Verification(intact=True, quotes=[stands, moved]).stands
    assert not Verification(intact=True, quotes=[stands, gone]).stands


def test_the_seal_is_that_of_what_is_said_and_of_figures_as_they_are_written():
    assert seal('{"a": 1, "b": "é"}') == seal('{"b":"é", "a":1, "seal": "x"}')
    assert len({seal('{"a": 1}'), seal('{"a": 1.0}'), seal('{"a": 1e0}'), seal('{"a": "1 "}')}) == 4
