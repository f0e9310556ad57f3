"""Numbers, dates and times as a spreadsheet shows them."""

from datetime import date, datetime, time, timedelta

import pytest

from assistant.formats.cell_formats import plain, shown

MORNING = datetime(2026, 3, 1, 9, 30)  # noqa: DTZ001 - as a spreadsheet has it


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12, "12"),
        (1e20, "100000000000000000000"),
        (1e21, "1E+21"),
        (1e22, "1E+22"),
        (1e-4, "0.0001"),
        (1.5e-7, "1.5E-07"),
        (-0.5, "-0.5"),
        (123456.789012345, "123456.789"),
        (99999999999.5, "100000000000"),
        (float("nan"), "NaN"),
    ],
)
def test_a_number_without_a_format_has_eleven_characters_or_a_power_of_ten(value: float, text: str):
    assert plain(value) == text
    assert shown(value, "") == text
    assert shown(value, "general") == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (12, "#,##0", "12"),
        (123, "#,##0", "123"),
        (1234, "#,##0", "1,234"),
        (123456, "#,##0", "123,456"),
        (1234567, "#,##0", "1,234,567"),
        (0.05, ".00", "0.05"),
        (0.5, "0.0#", "0.5"),
        (0.25, "0.0#", "0.25"),
        (2.675, "0.00", "2.68"),
        (5000, "0,", "5"),
        (1500, "0.0,", "1.5"),
        (0.5, "0%%", "5000%%"),
    ],
)
def test_a_figure_has_the_places_and_the_groups_of_its_placeholders(value: float, code: str, text: str):
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1.234e-05, "0.00E+00", "1.23E-05"),
        (123456, "0.0E+000", "1.2E+005"),
        (123, "0E-00", "1E02"),
        (5e6, "0.0e+0", "5.0E+6"),
    ],
)
def test_a_power_of_ten_has_the_sign_and_the_digits_of_its_format(value: float, code: str, text: str):
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "text"), [(5, "5 up"), (-5, "5 down"), (0, "level"), (0.25, "0 up"), (-0.25, "0 down")]
)
def test_a_section_is_for_numbers_above_below_and_of_nought(value: float, text: str):
    assert shown(value, '0" up";0" down";"level"') == text


def test_a_number_below_nought_keeps_its_sign_where_no_section_is_for_it():
    assert [shown(-5, "0"), shown(-5, '"n"'), shown(-5, "0;0")] == ["-5", "-n", "5"]
    assert shown(0, "0.0;(0.0)") == "0.0"


@pytest.mark.parametrize("code", ["x0", "[>3]0", "0;[>3]0", "# ?/?", "00-00"])
def test_a_format_that_is_not_known_gives_the_plain_number(code: str):
    assert shown(5, code) == "5"


def test_words_and_marks_of_a_format_stand_where_it_has_them():
    assert [shown(5, "\\x0"), shown(5, '"No. "0'), shown(5, "0 [$kr-41D]"), shown(5, "[Red]0_)")] == [
        "x5",
        "No. 5",
        "5 kr",
        "5",
    ]


def test_what_is_no_number_is_shown_as_it_is():
    assert [shown("0 a", "0.00"), shown(False, "0"), shown(True, "0")] == ["0 a", "FALSE", "TRUE"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(hours=36, minutes=5), "36:05"),
        (timedelta(seconds=-90), "-0:01:30"),
        (timedelta(seconds=90.6), "0:01:31"),
        (timedelta(0), "0:00"),
        (time(9, 5), "09:05"),
        (time(9, 5, 15, 600_000), "09:05:16"),
        (time(9, 5, 15, 400_000), "09:05:15"),
    ],
)
def test_a_time_has_seconds_only_where_it_has_some(value: time | timedelta, text: str):
    assert shown(value, "h:mm") == text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("", "2026-03-01 09:30"),
        ("General", "2026-03-01 09:30"),
        ("yyyy h", "2026-03-01 09:30"),
        ("d mmm", "2026-03-01"),
        ('yyyy "days of h"', "2026"),
        ("[$-409]yyyy", "2026"),
        ("[$-409]mmmm yyyy", "2026-03"),
        ("\\dyyyy", "2026"),
    ],
)
def test_a_date_is_shown_as_far_as_its_format_goes(code: str, text: str):
    assert shown(MORNING, code) == text


def test_midnight_is_a_date_alone():
    assert shown(datetime(2026, 3, 1), "yyyy-mm-dd hh:mm") == "2026-03-01"  # noqa: DTZ001


def test_the_last_half_second_of_a_day_is_the_next_day_where_hours_are_shown():
    late = datetime(2026, 3, 1, 23, 59, 59, 700_000)  # noqa: DTZ001
    assert [shown(late, "yyyy-mm-dd hh:mm"), shown(late, "yyyy-mm-dd")] == ["2026-03-02", "2026-03-01"]
    last = datetime(9999, 12, 31, 23, 59, 59, 999_999)  # noqa: DTZ001
    assert shown(last, "yyyy-mm-dd hh:mm") == "9999-12-31 23:59:59"
    assert shown(date.max, "yyyy-mm-dd hh:mm") == "9999-12-31"


def test_a_number_in_a_cell_of_text_is_shown_in_full_with_the_words_around_it():
    assert [shown(5.25, "@"), shown(1250, '"No. "@" kg"')] == ["5.25", "No. 1250 kg"]
