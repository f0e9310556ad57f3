import pytest

from assistant.answers.comparing import Comparison, Side, about, comparison, conclusion, figure, of_one_unit, same_order
from assistant.language.terms import Value
from assistant.questions.asking import asked
from assistant.records import Derived


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


def day(name: str, written: str, year: int | None, month: int | None = None, of_month: int | None = None) -> Side:
    return Side(name, written, None, (year, month, of_month), 1)


MAY, SECOND, BEFORE = day("Acme", "May 2020", 2020, 5), day("Bolt", "2 May 2020", 2020, 5, 2), day("Cole", "2019", 2019)


@pytest.mark.parametrize(
    ("word", "sides", "told"),
    [
        ("earlier", [MAY, BEFORE], "Cole is earlier: 2019, against May 2020 for Acme [1]."),
        ("before", [MAY, BEFORE], "Cole is earlier: 2019, against May 2020 for Acme [1]."),
        ("", [MAY, BEFORE], "Cole is earlier: 2019, against May 2020 for Acme [1]."),
        ("after", [BEFORE, MAY], "Acme is later: May 2020, against 2019 for Cole [1]."),
        ("latest", [MAY, BEFORE], "Acme is latest: May 2020, against 2019 for Cole [1]."),
        ("first", [SECOND, day("Dorn", "3 May 2020", 2020, 5, 3)], "Bolt is first: 2 May 2020, against 3 May 2020 for"),
        ("first", [MAY, day("Dorn", "May 2020", 2020, 5)], "Both Acme and Dorn: May 2020 [1]."),
    ],
)
def test_dates_are_ordered_by_the_word_that_is_asked_for(word: str, sides: list[Side], told: str):
    found = conclusion(Comparison("date", word), sides)
    assert found
    assert found[0].startswith(told)
    assert found[1] is None


@pytest.mark.parametrize(
    "sides",
    [
        [MAY, SECOND],
        [SECOND, MAY, BEFORE],
        [MAY, day("Dorn", "2020", 2020)],
        [MAY, day("Dorn", "June", None, 6)],
        [MAY, Side("Dorn", "$5", Value("$", 5), None, 1)],
        [MAY],
    ],
)
def test_dates_that_leave_the_order_open_are_not_ordered(sides: list[Side]):
    assert conclusion(Comparison("date", "earlier"), sides) is None


@pytest.mark.parametrize(
    ("high", "low", "difference"),
    [
        (3e12, 1e12, "$2 trillion"),
        (3.5e9, 1e9, "$2.5 billion"),
        (2_234_567, 1_000_000, "$1.234567 million"),
        (2e6, 1e6, "$1 million"),
        (1_999_999, 1e6, "$999,999"),
    ],
)
def test_a_difference_is_written_in_the_largest_scale_and_exactly(high: float, low: float, difference: str):
    found = conclusion(
        Comparison("value", ""), [amount("A", "x", Value("$", high), 1), amount("B", "y", Value("$", low), 2)]
    )
    assert found
    assert found == ("A is higher: x, against y for B [1][2].", Derived(difference, "x − y", [1, 2]))


def test_shares_differ_by_percentage_points_and_three_sides_have_no_difference():
    shares = [amount(name, f"{share}%", Value("%", share), 1) for name, share in (("A", 10), ("B", 12.5), ("C", 11))]
    two, three = conclusion(Comparison("value", "more"), shares[:2]), conclusion(Comparison("value", "least"), shares)
    assert two == (
        "B is higher: 12.5%, against 10% for A [1].",
        Derived("2.5 percentage points", "12.5% − 10%", [1, 1]),
    )
    assert three == ("A is lowest: 10%, against 11% for C and 12.5% for B [1].", None)


def test_what_is_compared_is_looked_for_in_whole_and_sentence_by_sentence():
    found = about("Compare the revenue of Acme. Which earned more?", Comparison("value", "more"))
    assert [side.matter for side in found] == [("revenue", "earn"), ("revenue",), ("earn",)]
    assert {side.kind for side in found} == {"value"}


def test_of_each_side_the_best_figure_in_a_unit_of_all_is_taken():
    side = asked("What was revenue?")
    dollars, euros, share = (("x", Value(unit, 5), None) for unit in ("$", "€", "%"))
    first, second = [(side, 1, share), (side, 2, dollars)], [(side, 3, euros), (side, 4, dollars)]
    assert of_one_unit([first, second]) == [first[1], second[1]]
    assert of_one_unit([first, second[:1]]) == []
    assert of_one_unit([first, []]) == []
    assert of_one_unit([]) == []
    when = (side, 5, ("May", None, (2020, 5, None)))
    assert of_one_unit([[*first, when], [when]]) == [when, when]
