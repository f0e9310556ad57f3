import pytest

from assistant.language.terms import (
    Value,
    all_names,
    content,
    figures,
    names,
    printable,
    sequence,
    spoken,
    stem,
    tokens,
    value_spans,
    values,
    words,
)


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("$5 million", "$5,000,000"),
        ("5%", "5 percent"),
        ("€1.2bn", "1.2 billion euros"),
        ("£19m", "£19 million"),
        ("SEK 18.4 billion", "18.4bn SEK"),
    ],
)
def test_two_ways_to_write_a_figure_are_one_value(one: str, same: str):
    assert values(one) == values(same)


@pytest.mark.parametrize(
    ("one", "other"), [("$5 million", "£5 million"), ("5%", "5"), ("$5 million", "$5 billion"), ("1.2", "12")]
)
def test_figures_that_differ_in_unit_or_size_are_not_the_same(one: str, other: str):
    assert values(one) != values(other)


def test_content_leaves_grammar_out_and_keeps_negations():
    assert content("The price of the terminal was not disclosed") == ["price", "termin", "not", "disclos"]
    assert content("It wasn't disclosed") == ["not", "disclos"]


def test_names_are_capitals_inside_a_sentence():
    assert names("Today Mayo Clinic and Microsoft agreed. They signed.") == {"Mayo", "Clinic", "Microsoft"}


def test_single_letters_carry_no_meaning_and_single_figures_do():
    assert content("A 5 B 12 x") == ["5", "12"]


def test_a_contraction_of_not_is_two_words_and_its_ending_alone_is_one():
    assert words("It isn’t so; O'Brien can't say n't 5.5 times") == (
        ["it", "is", "not", "so", "o'brien", "ca", "not", "say", "n't", "5.5", "times"]
    )


def test_figures_are_one_token_by_value_and_words_by_stem_in_their_order():
    assert tokens("$5m grew to $6 million, 7% up") == ["$5,000,000", "grew", "$6,000,000", "7%"]
    assert tokens("sales of 3k ships") == ["sale", "3,000", "ship"]
    assert tokens("no figures") == ["no", "figur"]


def test_a_sequence_has_all_words_but_articles_and_figures_with_their_sign():
    assert sequence("The loss was -$5m, and a gain (−3) of 5-6 an hour") == (
        ["loss", "was", "-$5,000,000", "and", "gain", "-3", "of", "5", "6", "hour"]
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("US$3", {Value("$", 3)}),
        ("A$4 and NZ$5", {Value("A$", 4), Value("NZ$", 5)}),
        ("5 pounds of tea", {Value("", 5)}),
        ("5 pounds", {Value("£", 5)}),
        ("1,234.5", {Value("", 1234.5)}),
        ("12 thousand, 3k and 4 tn", {Value("", 12_000), Value("", 3_000), Value("", 4e12)}),
        ("2m&a", {Value("", 2)}),
        ("1 per cent", {Value("%", 1)}),
        ("0.1234564 and 0.1234566", {Value("", 0.123456), Value("", 0.123457)}),
    ],
)
def test_a_figure_has_the_unit_and_scale_that_stand_by_it(text: str, found: set[Value]):
    assert values(text) == found


def test_numbers_written_as_words_are_figures_too():
    assert figures("nine of 3 ports") == {Value("", 9), Value("", 3)}
    assert value_spans("It was $5m.") == [((7, 10), Value("$", 5e6))]


def test_a_value_is_written_with_its_unit_and_its_thousands():
    assert [str(Value("$", 1234567.5)), str(Value("%", 5)), str(Value("", 1e6))] == ["$1,234,567.5", "5%", "1,000,000"]


def test_names_may_open_a_sentence_where_they_are_no_grammar():
    assert all_names("The Port sold Acme. It left.") == {"Port", "Acme"}


def test_control_characters_are_spaces_and_ends_of_lines_only_where_one_line_is_wanted():
    assert spoken("a\x00b\nc\td\x85\ud800") == "a b\nc\td  "
    assert printable("a\x00b\nc\td\x85\ud800é") == "a b c d  é"


def test_a_possessive_has_the_stem_of_its_owner():
    assert {stem("port's"), stem("ports'"), stem("port’s"), stem("ports")} == {"port"}
