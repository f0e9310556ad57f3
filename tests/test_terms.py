import pytest

from assistant.language.terms import content, names, values


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
