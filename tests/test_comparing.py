import pytest

from assistant.answers.comparing import Side, about, comparison, conclusion, figure, same_order
from assistant.language.terms import Value


def amount(name: str, written: str, value: Value, citation: int) -> Side:
    return Side(name, written, value, None, citation)


A = amount("Acme", "$25 million", Value("$", 25e6), 1)
B = amount("Bolt", "$500 million", Value("$", 5e8), 2)


@pytest.mark.parametrize(
    ("question", "of", "word"),
    [
        ("Compare the revenue of A and B. Which had higher revenue?", "value", "higher"),
        ("Which came earlier, the sale of A or of B?", "date", "earlier"),
        ("Compare A and B.", "value", ""),
    ],
)
def test_what_is_compared(question: str, of: str, word: str):
    found = comparison(question)
    assert found
    assert (found.of, found.word) == (of, word)


def test_a_plain_question_compares_nothing():
    assert comparison("Who owns the port?") is None


def test_the_higher_is_named_with_both_figures_and_their_difference():
    asked_for = comparison("Which of A and B had higher revenue?")
    assert asked_for
    told = conclusion(asked_for, [A, B])
    assert told
    text, derived = told
    assert text == "Bolt is higher: $500 million, against $25 million for Acme [1][2]."
    assert derived
    assert (derived.value, derived.expression, derived.citations) == (
        "$475 million",
        "$500 million − $25 million",
        [2, 1],
    )


def test_the_lower_is_named_where_that_is_asked():
    asked_for = comparison("Which of A and B had lower revenue?")
    assert asked_for
    told = conclusion(asked_for, [A, B])
    assert told
    assert told[0].startswith("Acme is lower")


def test_equal_figures_are_said_to_be_equal():
    asked_for = comparison("Which of A and B had higher revenue?")
    assert asked_for
    told = conclusion(asked_for, [A, amount("Bolt", "$25,000,000", Value("$", 25e6), 2)])
    assert told == ("Both Acme and Bolt: $25 million [1][2].", None)


def test_amounts_of_two_currencies_are_not_compared():
    asked_for = comparison("Which of A and B had higher revenue?")
    assert asked_for
    assert conclusion(asked_for, [A, amount("Bolt", "£9 million", Value("£", 9e6), 2)]) is None


def test_days_without_a_year_are_not_ordered():
    asked_for = comparison("Which of A and B came earlier?")
    assert asked_for
    sides = [Side("Acme", "March", None, (None, 3, None), 1), Side("Bolt", "July 2020", None, (2020, 7, None), 2)]
    assert conclusion(asked_for, sides) is None


def test_the_figure_taken_is_the_one_told_of_what_is_compared():
    asked_for = comparison("Compare the total assets of Acme and Bolt. Which had more?")
    assert asked_for
    (side, *_) = about("Compare the total assets of Acme and . Which had more?", asked_for)
    found = figure("Debt was $9 million, and total assets, which had grown, stood at $40 million.", side, {})
    assert found
    assert found[0] == "$40 million"
    assert figure("It bought assets with a total value of $3 million.", side, {}) is None


def test_nothing_is_concluded_where_another_figure_of_a_side_would_turn_it_round():
    asked_for = comparison("Which of A and B had higher revenue?")
    assert asked_for
    assert same_order(asked_for, [A, B], [[A, amount("Acme", "$30 million", Value("$", 3e7), 0)], [B]])
    assert not same_order(asked_for, [A, B], [[A, amount("Acme", "$900 million", Value("$", 9e8), 0)], [B]])
    assert not same_order(asked_for, [A, B], [[A], [B, amount("Bolt", "$25 million", Value("$", 25e6), 0)]])


def test_a_figure_in_another_unit_turns_nothing_round():
    asked_for = comparison("Which of A and B had higher revenue?")
    assert asked_for
    assert same_order(asked_for, [A, B], [[A, amount("Acme", "90%", Value("%", 90), 0)], [B]])


def test_a_side_that_is_not_cited_is_compared_with_nothing():
    asked_for = comparison("Which of A and B had higher revenue?")
    assert asked_for
    assert not same_order(asked_for, [A, amount("Bolt", "$500 million", Value("$", 5e8), 0)], [[A], []])
