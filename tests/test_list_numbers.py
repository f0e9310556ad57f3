"""How the count of a numbered list is written, in the forms that Word has."""

import pytest

from assistant.formats.list_numbers import written


@pytest.mark.parametrize(
    ("form", "counts"),
    [
        ("decimal", {0: "0", 7: "7", 99_999: "99999"}),
        ("decimalZero", {7: "07", 12: "12"}),
        ("lowerLetter", {0: "", 1: "a", 26: "z", 27: "aa", 52: "zz", 53: "aaa"}),
        ("upperLetter", {28: "BB"}),
        ("lowerRoman", {4: "iv", 9: "ix", 49: "xlix", 1994: "mcmxciv", 3888: "mmmdccclxxxviii"}),
        ("upperRoman", {14: "XIV"}),
        ("ordinal", {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 10: "10th", 11: "11th", 12: "12th", 13: "13th"}),
        ("ordinal", {21: "21st", 22: "22nd", 101: "101st", 111: "111th", 112: "112th", 113: "113th"}),
        ("none", {5: ""}),
    ],
)
def test_a_count_is_written_as_its_form_has_it(form: str, counts: dict[int, str]):
    assert {count: written(count, form) for count in counts} == counts


@pytest.mark.parametrize(("count", "form"), [(1, "chicago"), (-1, "decimal"), (100_000, "upperRoman")])
def test_an_unknown_form_and_a_damaged_count_are_not_written(count: int, form: str):
    assert written(count, form) is None
