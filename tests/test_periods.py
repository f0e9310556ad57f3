from datetime import date

import pytest

from assistant.language.periods import period, with_year, without

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
