from datetime import date

import pytest

from assistant import Answer, Citation, Derived, Filters, Passage, SyncReport

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
