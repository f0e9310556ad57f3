"""One way of writing what can be written in two ways that say the same, so that they can be compared. Pure."""

from __future__ import annotations

import re

_WRITTEN = [
    (r"\s+(?=[,.;:)?!]|'s\b|''\s)", ""),  # text that was taken apart into words
    (r"(?<=[(“])\s+|``\s+", ""),
    (r"\bper (?!cent\b|annum\b)(?=[a-z])", "a "),
    (r"\s?°\s?C\b", " degrees Celsius"),
    (r"\s?°\s?F\b", " degrees Fahrenheit"),
    (r"\b(?:is|are) (?:going )?to (?=[a-z]+\b)(?!date\b|blame\b)", "will "),
    (r"\b(?:has|have|is required|are required|is obliged|are obliged) to (?=[a-z])(?!date\b)", "must "),
    (r"\b(?:is|are) able to (?=[a-z])", "can "),
    (r"\b(?:has|have) (?=[\d,]+ employees\b)", "employs "),
    (r"\bhad (?=[\d,]+ employees\b)", "employed "),
    (r"(?<=employs )([\d,]+) employees\b|(?<=employed )([\d,]+) employees\b", r"\1\2 people"),
    (r"\b(?:has|have) its (?:headquarters|head office|main office)\b", "is headquartered"),
    (r"\bhad its (?:headquarters|head office|main office)\b", "was headquartered"),
]
"""What can be written in two ways that say the same, and one of them."""
_UNITS = {
    "km": "kilometres",
    "cm": "centimetres",
    "mm": "millimetres",
    "kg": "kilograms",
    "MW": "megawatts",
    "GW": "gigawatts",
    "kW": "kilowatts",
    "kWh": "kilowatt-hours",
    "MWh": "megawatt-hours",
    "GB": "gigabytes",
    "TB": "terabytes",
    "MB": "megabytes",
    "mph": "miles an hour",
    "hrs": "hours",
    "mg": "milligrams",
    "ml": "millilitres",
}
"""Symbols that stand behind a number for the unit's name."""


def written_out(text: str) -> str:
    """The text in one of the ways in which some things are written: "per share" as "a share", "°C" in words."""
    for pattern, instead in _WRITTEN:
        text = re.sub(pattern, instead, text)
    text = re.sub(r"(?<=\d)\s?([a-zA-Z]{2,3})\b", _unit_named, text)
    return re.sub(r"\b(kilo|centi|milli|)(met|lit)er(?=s?\b)", r"\1\2re", text)


def _unit_named(found: re.Match[str]) -> str:
    return f" {_UNITS[found[1]]}" if found[1] in _UNITS else found[0]
