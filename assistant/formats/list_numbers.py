"""The counts of numbered lists in the forms that Word and PowerPoint write them in. Pure."""

from __future__ import annotations

from collections.abc import Callable

_LARGEST = 100_000
"""No list counts further; a damaged number must not become a page of Roman digits."""
_ROMAN = dict(
    zip("m cm d cd c xc l xl x ix v iv i".split(), (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), strict=True)
)


def written(count: int, form: str) -> str | None:
    """A count as the form, named as in Word, has it; None for a form that is not known."""
    return _FORMS[form](count) if form in _FORMS and 0 <= count < _LARGEST else None


def _letters(count: int) -> str:
    """A to z, then aa to zz; nothing for 0."""
    return chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)


def _roman(count: int) -> str:
    text = ""
    for digit, worth in _ROMAN.items():
        text += digit * (count // worth)
        count %= worth
    return text


def _ordinal(count: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th") if count % 100 not in {11, 12, 13} else "th"
    return f"{count}{ending}"


_FORMS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda count: f"{count:02}",
    "lowerLetter": _letters,
    "upperLetter": lambda count: _letters(count).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda count: _roman(count).upper(),
    "ordinal": _ordinal,
    "none": lambda _: "",
}
