"""An article as blocks to read, with any stretch of it marked."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.web.reading import Stretch, stretches

TEXT = """# Port

Acme owns
the port. It paid €5.

### Terms

- one
- two words
1. first

> said so

| Year | Revenue |
|---|---|
| 2025 | €101 |

End."""


def kinds(found: list[Stretch]) -> list[tuple[str, int]]:
    return [(stretch.kind, len(stretch.blocks)) for stretch in found]


def marked(found: list[Stretch]) -> str:
    return "".join(
        run.text for stretch in found for block in stretch.blocks for cell in block.cells for run in cell if run.marked
    )


def test_headings_paragraphs_lists_quotes_and_tables_are_seen():
    assert kinds(stretches(TEXT)) == [
        ("heading", 1),
        ("paragraph", 1),
        ("heading", 1),
        ("item", 3),
        ("quote", 1),
        ("row", 2),
        ("paragraph", 1),
    ]


def test_headings_stand_one_level_below_the_one_they_belong_to():
    found = stretches("## a\n\n#### b\n\n#### c\n\n## d\n\n# e\n\n## f")
    assert [stretch.blocks[0].level for stretch in found] == [1, 2, 2, 1, 1, 2]


@pytest.mark.parametrize("words", ["Acme owns\nthe port.", "It paid €5.", "two words", "€101", "Terms", "End."])
def test_words_are_marked_where_they_stand(words: str):
    start = TEXT.index(words)
    assert marked(stretches(TEXT, start, start + len(words))) == words


def test_what_goes_over_several_blocks_is_marked_in_each_and_begins_once():
    start, end = TEXT.index("the port"), TEXT.index("two words") + 3
    found = stretches(TEXT, start, end)
    assert marked(found) == "the port. It paid €5.Termsonetwo"
    runs = [run for s in found for block in s.blocks for cell in block.cells for run in cell]
    assert [run.text for run in runs if run.first] == ["the port. It paid €5."]


def test_a_page_begins_where_it_does():
    found = stretches("one\n\ntwo\n\nthree", pages=[0, 5, 5])
    assert [(s.kind, s.blocks[0].level) for s in found if s.kind == "page"] == [("page", 1), ("page", 2), ("page", 3)]
    assert [s.kind for s in found] == ["page", "paragraph", "page", "page", "paragraph", "paragraph"]


@pytest.mark.parametrize("words", ["- two words", "### Terms", "| 2025 | €101 |", "> said so", "1. first"])
def test_a_stretch_that_begins_with_a_mark_that_is_not_shown_has_a_beginning_all_the_same(words: str):
    start = TEXT.index(words)
    found = stretches(TEXT, start, start + len(words))
    runs = [run for s in found for block in s.blocks for cell in block.cells for run in cell]
    assert [run.text for run in runs if run.first] == [next(run.text for run in runs if run.marked)]


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 5), (9, 3), (10_000, 20_000)])
def test_offsets_of_nothing_mark_nothing(start: int, end: int):
    assert marked(stretches(TEXT, start, end)) == ""


@given(st.text(alphabet="ab #-*|>\n1.\\€", max_size=120), st.integers(0, 120), st.integers(0, 120))
def test_no_letter_of_any_text_is_lost_and_none_is_marked_that_was_not_asked_for(text: str, start: int, end: int):
    found = stretches(text, start, end)
    shown = "".join(r.text for s in found for b in s.blocks for cell in b.cells for r in cell)
    assert re.sub(r"[^ab€]", "", shown) == re.sub(r"[^ab€]", "", text)
    assert re.sub(r"[^ab€]", "", marked(found)) == re.sub(r"[^ab€]", "", text[start:end])
