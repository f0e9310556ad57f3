from collections.abc import Sequence
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.indexing.chunking import chunk, spans_of
from tests.fakes import WordEmbedder

EMBEDDER = WordEmbedder(window=40)
scripts = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("aЖ語ع.!? \n#-|")), max_size=600)


def test_a_chunk_keeps_to_its_section_and_carries_its_name():
    text = "# Sale\n\nThe port was sold.\n\n# Price\n\nIt was not disclosed."
    chunks = chunk(text, "Ports", None, EMBEDDER.count_tokens, EMBEDDER.window)
    assert [(c.section, text[c.start : c.end]) for c in chunks] == [
        ("Sale", "# Sale\n\nThe port was sold."),
        ("Price", "# Price\n\nIt was not disclosed."),
    ]


def test_title_date_and_section_are_embedded_and_not_part_of_the_text():
    text = "# Sale\n\nThe port was sold."
    (only,) = chunk(text, "Ports", date(2026, 5, 20), EMBEDDER.count_tokens, EMBEDDER.window)
    assert only.embedded(text) == "Ports. 2026-05-20. Sale\n# Sale\n\nThe port was sold."
    assert text[only.start : only.end] == text


def test_a_table_is_a_section_that_names_its_columns_and_the_text_after_it_is_not():
    text = "# Results\n\n| Year | Sales |\n|---|---|\n| 2024 | 5 |\n| 2025 | 6 |\n\nSales rose."
    chunks = chunk(text, "Acme", None, EMBEDDER.count_tokens, EMBEDDER.window)
    assert [(c.section, text[c.start : c.end].splitlines()[-1]) for c in chunks] == [
        ("Results | Year | Sales", "| 2025 | 6 |"),
        ("Results", "Sales rose."),
    ]
    assert [s.of(text) for s in chunks[0].sentences if not s.heading] == ["| 2024 | 5 |", "| 2025 | 6 |"]


def test_a_sentence_longer_than_the_window_is_cut_between_words():
    text = " ".join(f"word{i}" for i in range(100))
    pieces = [text[c.start : c.end] for c in chunk(text, "", None, EMBEDDER.count_tokens, EMBEDDER.window)]
    assert len(pieces) > 1
    assert " ".join(pieces) == text


def test_a_word_longer_than_the_window_is_cut_within():
    text = "x" * 2000
    pieces = [text[c.start : c.end] for c in chunk(text, "", None, EMBEDDER.count_tokens, EMBEDDER.window)]
    assert "".join(pieces) == text


@settings(deadline=None)
@given(text=scripts, title=st.text(max_size=300))
def test_chunks_hold_every_character_once_and_fit_the_window_for_any_input(text: str, title: str):
    chunks = chunk(text, title, None, EMBEDDER.count_tokens, EMBEDDER.window)
    covered = [i for c in chunks for i in range(c.start, c.end)]
    assert len(covered) == len(set(covered))
    assert {i for i, character in enumerate(text) if not character.isspace()} <= set(covered)
    for part in chunks:
        assert text[part.start : part.end] == text[part.sentences[0].start : part.sentences[-1].end]
        assert EMBEDDER.count_tokens([part.embedded(text)])[0] <= EMBEDDER.window


def test_each_heading_begins_a_section_though_it_is_called_like_the_one_before():
    text = "# Sale\n\nThe port was sold.\n\n# Sale\n\nSo was the quay."
    parts = [text[c.start : c.end] for c in chunk(text, "", None, EMBEDDER.count_tokens, EMBEDDER.window)]
    assert parts == ["# Sale\n\nThe port was sold.", "# Sale\n\nSo was the quay."]


def test_a_heading_without_text_joins_the_section_after_it():
    text = "# Part\n\n## Sale\n\nThe port was sold."
    (only,) = chunk(text, "", None, EMBEDDER.count_tokens, EMBEDDER.window)
    assert (only.section, text[only.start : only.end]) == ("Sale", text)


def test_where_the_sentences_stand_is_told_of_what_is_embedded():
    text = "# Sale\n\nThe port was sold.\n\n# Price\n\nIt was not disclosed."
    last = chunk(text, "Ports", None, EMBEDDER.count_tokens, EMBEDDER.window)[-1]
    embedded = last.embedded(text)
    assert [embedded[start:end] for start, end in spans_of(last)] == ["# Price", "It was not disclosed."]


def test_a_header_takes_a_quarter_of_the_window_at_most_and_leaves_the_rest_to_the_text():
    def count(texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    text = f"# {'Section' * 10}\n\n" + "word " * 200
    parts = chunk(text, "Title" * 20, date(2026, 5, 20), count, 100)
    assert len({part.header for part in parts}) == 1
    assert 12 < len(parts[0].header) < 25
    assert parts[0].header.startswith("Title")
    sizes = [len(part.embedded(text)) for part in parts]
    assert max(sizes) <= 100
    assert sum(size > 60 for size in sizes) > len(sizes) / 2


def test_a_chunk_grows_to_the_target_and_not_over_it():
    text = " ".join(["It rose."] * 60)  # four by this count, of 200
    parts = chunk(text, "", None, lambda texts: [4 * text.count(".") for text in texts], 1_000)
    assert [text[part.start : part.end].count(".") for part in parts] == [50, 10]
