from hypothesis import given
from hypothesis import strategies as st

from assistant.language.sentences import heading_title, sentences


def cut(text: str) -> list[str]:
    return [span.of(text) for span in sentences(text)]


def test_abbreviations_and_decimals_do_not_end_a_sentence():
    text = "Mr. Smith of Acme Inc. said on Jan. 5 that sales rose 4.5% to $3.1 bn. It was a record."
    assert cut(text) == [text[: text.index(" It")], "It was a record."]


def test_a_title_before_a_name_ends_no_sentence():
    assert cut("He was succeeded by Ms. Ines Varga. She stays.") == [
        "He was succeeded by Ms. Ines Varga.",
        "She stays.",
    ]
    assert cut("The No. 2 furnace closed. It was old.") == ["The No. 2 furnace closed.", "It was old."]


def test_a_possessive_apostrophe_hides_no_sentence_end():
    text = "It met at the shareholders' hall. Debt fell. Profit rose. It is Acme's best year. Sales grew."
    assert len(cut(text)) == 5


def test_a_quotation_mark_without_its_pair_hides_no_sentence_end():
    text = 'A 27" screen was shown. ' + "The port was sold to a rival in May. " * 20
    assert len(cut(text)) == 21


def test_a_heading_is_told_from_a_statement():
    text = "## What's happening\nThe port was sold.\n\nWhy it matters\n\nIt is large."
    assert [(span.heading, span.of(text)) for span in sentences(text)] == [
        (True, "## What's happening"),
        (False, "The port was sold."),
        (True, "Why it matters"),
        (False, "It is large."),
    ]


def test_a_line_of_a_form_is_no_heading():
    assert [span.heading for span in sentences("Clerk: Y. Price\n\nThe case was closed.")] == [False, False]


def test_list_items_and_table_rows_stand_alone():
    text = "- one thing\n- another thing\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    assert cut(text) == ["- one thing", "- another thing", "| a | b |", "|---|---|", "| 1 | 2 |"]


def test_a_wrapped_sentence_stays_whole():
    assert cut("The price was\nnot disclosed.") == ["The price was\nnot disclosed."]


def test_other_scripts_have_sentences_too():
    assert cut("日本語の文です。次の文です。") == ["日本語の文です。", "次の文です。"]


def test_the_marks_of_a_heading_are_not_its_title():
    assert heading_title("### Results ##") == "Results"


@given(st.text())
def test_every_character_but_white_space_lies_in_exactly_one_sentence(text: str):
    spans = sentences(text)
    covered = [i for span in spans for i in range(span.start, span.end)]
    assert len(covered) == len(set(covered))
    assert {i for i, character in enumerate(text) if not character.isspace()} <= set(covered)
    assert all(span.of(text).strip() == span.of(text) != "" for span in spans)


def test_the_month_of_may_ends_a_sentence():
    text = "Bids are due by 15 May. Lodestrand is expected to bid."
    assert [span.of(text) for span in sentences(text)] == ["Bids are due by 15 May.", "Lodestrand is expected to bid."]


def test_a_heading_is_short_begins_large_and_has_text_below_it():
    ten = " ".join(["Word"] * 10)
    lines = ["The port", ten, "A" + "b" * 79, "The “port”"]
    assert [sentences(f"{line}\n\nIt was sold.")[0].heading for line in lines] == [True] * 4
    others = ["the port", f"{ten} more", "A" + "b" * 80, "Is it sold?", "It was sold.”", "Who: anyone"]
    assert [sentences(f"{line}\n\nIt was sold.")[0].heading for line in others] == [False] * 6
    assert [span.heading for span in sentences("It was sold.\n\nThe port")] == [False, False]
    assert [span.heading for span in sentences("The port\nand the quay\n\nIt was sold.")] == [False, False]


def test_a_marked_heading_ends_with_its_line_and_needs_no_text_below_it():
    found = sentences("   ## The port ##\nIt was sold.\n# End")
    text = "   ## The port ##\nIt was sold.\n# End"
    assert [(span.of(text), span.heading) for span in found] == [
        ("## The port ##", True),
        ("It was sold.", False),
        ("# End", True),
    ]
    assert heading_title("####### The port") == "####### The port"
    assert heading_title("  ## The #1 port ## ") == "The #1 port"


def test_a_sentence_leans_on_the_one_before_it_and_the_first_of_a_paragraph_on_none():
    found = sentences("It was sold. It cost 5. Acme paid. These are new. Thoseby left.\n\nThey grew.")
    assert [span.leans for span in found] == [False, True, False, True, False, False]


def test_a_quotation_of_up_to_five_hundred_characters_stays_one_sentence():
    quoted = f"“{'It rose. ' * 54}{'x' * 12}”"
    assert len(quoted) == 500
    assert len(sentences(quoted)) == 1
    assert len(sentences(quoted.replace("xx", "xxx", 1))) == 55


def test_half_of_a_surrogate_pair_is_a_character_like_others():
    assert cut("A\ud800b rose. It fell.") == ["A\ud800b rose.", "It fell."]


def test_text_of_white_space_has_no_sentences():
    assert cut(" \n\n\t\n") == []


def test_white_space_below_a_line_makes_it_no_heading():
    assert [span.heading for span in sentences("The port\n\n   ")] == [False]
