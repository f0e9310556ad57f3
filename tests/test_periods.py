from datetime import date

import pytest

from assistant.language.periods import Period, period, with_year, without

TODAY = date(2026, 3, 11)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("what did Acme say yesterday?", date(2026, 3, 10), date(2026, 3, 10)),
        ("what did Acme say last week?", date(2026, 3, 2), date(2026, 3, 8)),
        ("what is new this week?", date(2026, 3, 9), TODAY),
        ("what is new since Monday?", date(2026, 3, 9), TODAY),
        ("what is new since Wednesday?", date(2026, 3, 4), TODAY),
        ("what happened last month?", date(2026, 2, 1), date(2026, 2, 28)),
        ("what happened over the last month?", date(2026, 2, 11), TODAY),
        ("what happened in the past two weeks?", date(2026, 2, 25), TODAY),
        ("what happened last quarter?", date(2025, 10, 1), date(2025, 12, 31)),
        ("what happened on Friday?", date(2026, 3, 6), date(2026, 3, 6)),
    ],
)
def test_a_relative_time_is_resolved_against_today(question: str, start: date, end: date):
    found = period(question, TODAY)
    assert found
    assert (found.start, found.end) == (start, end)


def test_the_last_month_of_a_long_month_does_not_run_over():
    found = period("what happened over the last month?", date(2026, 3, 31))
    assert found
    assert found.start == date(2026, 2, 28)


def test_since_a_date_is_a_time_of_publication_only_where_news_is_asked_for():
    assert period("who has led Acme since 2020?", TODAY) is None
    found = period("what is new since 1 March?", TODAY, since_dates=True)
    assert found
    assert (found.start, found.end) == (date(2026, 3, 1), TODAY)


def test_a_period_written_out_means_the_same_again():
    found = period("what did Acme say last week?", TODAY)
    assert found
    again = period(f"what did Acme say {found}?", date(2030, 1, 1))
    assert again
    assert (again.start, again.end) == (found.start, found.end)
    assert without("what did Acme say last week?", found.words) == "what did Acme say?"


@pytest.mark.parametrize("question", ["what were last month's sales?", "who owned it after Monday?"])
def test_a_time_that_belongs_to_the_fact_is_none_of_publication(question: str):
    assert period(question, TODAY) is None


def test_only_words_that_look_back_narrow_the_articles_of_a_fact():
    looks_back = {q: period(q, TODAY) for q in ("sales last week", "sales yesterday", "sales today", "sales this week")}
    assert [bool(found and found.past) for found in looks_back.values()] == [True, True, False, False]


def test_a_fact_of_this_year_is_asked_for_by_its_number():
    assert with_year("what revenue did Acme expect this year?", TODAY) == "what revenue did Acme expect in 2026?"
    assert with_year("what was revenue last year?", TODAY) == "what was revenue in 2025?"
    assert with_year("what is in this year's budget?", TODAY) == "what is in this year's budget?"


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("today", TODAY, TODAY),
        ("the day before yesterday", date(2026, 3, 9), date(2026, 3, 9)),
        ("on Wednesday", date(2026, 3, 4), date(2026, 3, 4)),
        ("last Tuesday", date(2026, 3, 10), date(2026, 3, 10)),
        ("since yesterday", date(2026, 3, 10), TODAY),
        ("since last week", date(2026, 3, 2), TODAY),
        ("since last year", date(2025, 1, 1), TODAY),
        ("since the start of the week", date(2026, 3, 9), TODAY),
        ("since the beginning of the month", date(2026, 3, 1), TODAY),
        ("since the start of the year", date(2026, 1, 1), TODAY),
        ("in the last 3 days", date(2026, 3, 8), TODAY),
        ("over the last a few days", date(2026, 3, 8), TODAY),
        ("in the past a couple of weeks", date(2026, 2, 25), TODAY),
        ("in the last a week", date(2026, 3, 4), TODAY),
        ("in the last an days", date(2026, 3, 10), TODAY),
        ("over the last two fortnights", date(2026, 2, 11), TODAY),
        ("over the last 14 months", date(2025, 1, 11), TODAY),
        ("over the past two years", date(2024, 3, 11), TODAY),
        ("in the past week", date(2026, 3, 4), TODAY),
        ("over the last quarter", date(2025, 12, 11), TODAY),
        ("over the last year", date(2025, 3, 11), TODAY),
        ("last year", date(2025, 1, 1), date(2025, 12, 31)),
        ("last fortnight", date(2026, 2, 12), date(2026, 2, 25)),
        ("this fortnight", date(2026, 2, 26), TODAY),
        ("in the current month", date(2026, 3, 1), TODAY),
        ("this quarter", date(2026, 1, 1), TODAY),
        ("this year", date(2026, 1, 1), TODAY),
    ],
)
def test_each_way_to_name_a_time_has_its_days(words: str, start: date, end: date):
    assert period(f"what happened {words}?", TODAY) == Period(start, end, words)


@pytest.mark.parametrize(
    ("today", "words", "start"),
    [
        (date(2024, 2, 29), "over the last year", date(2023, 2, 28)),
        (date(2026, 1, 31), "over the last month", date(2025, 12, 31)),
        (date(2026, 12, 31), "over the last month", date(2026, 11, 30)),
        (date(2026, 12, 31), "last quarter", date(2026, 7, 1)),
        (date(2026, 5, 31), "this quarter", date(2026, 4, 1)),
        (date(2026, 1, 1), "last month", date(2025, 12, 1)),
    ],
)
def test_a_time_goes_over_the_ends_of_months_and_years(today: date, words: str, start: date):
    found = period(f"what happened {words}?", today)
    assert found
    assert found.start == start


@pytest.mark.parametrize(
    ("words", "start"),
    [
        ("since 11 March", TODAY),
        ("since 12 March", date(2025, 3, 12)),
        ("since March", date(2026, 3, 1)),
        ("since April", date(2025, 4, 1)),
        ("since March 5", date(2026, 3, 5)),
        ("from 2025-12-31", date(2025, 12, 31)),
        ("since 2024", date(2024, 1, 1)),
    ],
)
def test_a_date_without_a_year_is_the_last_one_that_is_not_to_come(words: str, start: date):
    assert period(f"what is new {words}?", TODAY, since_dates=True) == Period(start, TODAY, words)


@pytest.mark.parametrize(
    ("words", "today"),
    [
        ("since 2026-03-12", TODAY),
        ("since 5 April 2026", TODAY),
        ("since 2026-02-30", TODAY),
        ("since 31 February", TODAY),
        ("since 29 February", date(2028, 1, 10)),
        ("published from 2026-02-30 to 2026-03-01", TODAY),
        ("published from 2026-02-01 to 2026-13-01", TODAY),
    ],
)
def test_a_day_that_is_to_come_or_that_there_never_was_is_no_time(words: str, today: date):
    assert period(f"what is new {words}?", today, since_dates=True) is None


def test_only_words_that_this_module_wrote_are_written_out():
    found = [
        period(f"what is new {words}?", TODAY) for words in ("last week", "published from 2026-01-01 to 2026-02-01")
    ]
    assert [bool(each and each.written_out) for each in found] == [False, True]


def test_next_year_and_the_current_one_are_written_as_numbers_too():
    assert with_year("what is due next year, or the current year?", TODAY) == "what is due in 2027, or in 2026?"
    assert without("what rose last week ?", "last week") == "what rose?"
