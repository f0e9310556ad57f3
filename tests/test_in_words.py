from datetime import date

from assistant.in_words import ahead_in_words, day_in_words


def test_a_day_is_written_as_people_do_and_a_missing_one_is_said():
    assert [day_in_words(date(2026, 6, 4)), day_in_words(None)] == ["4 June 2026", "undated"]


def test_who_waits_is_told_how_many_come_before():
    assert [ahead_in_words(ahead) for ahead in (0, 1, 2)] == [
        "yours is answered now",
        "1 question is answered before yours",
        "2 questions are answered before yours",
    ]
