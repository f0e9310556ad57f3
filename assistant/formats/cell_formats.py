"""Numbers and dates as a spreadsheet shows them: a value and its number format into text. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

_GENERAL_WIDTH = 11
"""Characters a number without a format takes at most in a spreadsheet, its sign not counted."""
_SMALLEST, _LARGEST = Decimal("1e-4"), Decimal("1e21")
"""Numbers beyond are written with a power of ten."""
_SECTION = re.compile(r"""(?:"[^"]*"|\\.|[_*].|\[[^\]]*\]|[^;"\\_*\[])*""", re.DOTALL)
_TOKEN = re.compile(
    r"""(?P<literal>"[^"]*"|\\.)|(?P<space>[_*].)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|(?P<condition>\[[<>=][^\]]*\])"""
    r"""|(?P<colour>\[[^\]]*\])|(?P<general>General)|(?P<number>[0#?][0#?,]*(?:\.[0#?]*)?(?:E[+-]0+)?,*|\.[0#?]+)"""
    r"""|(?P<other>.)""",
    re.DOTALL | re.IGNORECASE,
)
_MONTH = re.compile(r"m+")


class _Unknown(Exception):
    """The format says something that is not read here."""


@dataclass(frozen=True, slots=True)
class _Format:
    """One section of a number format: what stands before and behind the figure, and how that is written."""

    before: str
    figure: str
    """Its placeholders, "General", or empty where the section holds words only."""
    behind: str
    hundredfold: int
    """How many percent signs it has."""


def shown(value: object, code: str) -> str:
    """The text that a cell of this value and number format shows, dates as 2026-03-01.

    A format that is not known gives the plain value; none gives more digits than the value has.
    """
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, date | time | timedelta):
        return _moment(value, code)
    if isinstance(value, int | float):
        try:
            return _number(Decimal(_digits(value)), code)
        except (_Unknown, ArithmeticError):
            return plain(value)
    return str(value)


def plain(value: float) -> str:
    """A number as it is shown without a format: without the noise of binary fractions, whole numbers in full."""
    return _plain(Decimal(_digits(value)))


def _plain(exact: Decimal) -> str:
    if not exact.is_finite():
        return str(exact)
    if exact == exact.to_integral_value() and abs(exact) < _LARGEST:
        return f"{exact.to_integral_value():f}"
    if not _SMALLEST <= abs(exact) < _LARGEST:
        return f"{float(exact):.6G}"
    whole = len(f"{abs(int(exact))}")
    rounded = exact.quantize(Decimal(1).scaleb(-max(_GENERAL_WIDTH - 1 - whole, 0)), ROUND_HALF_UP)
    return f"{rounded.normalize():f}"


def _digits(value: float) -> str:
    """The fifteen digits a spreadsheet keeps; 0.1 + 0.2 is 0.3."""
    return str(value) if isinstance(value, int) else f"{value:.15g}"


def _number(value: Decimal, code: str) -> str:
    sections = [_section(part) for part in _sections(code)[:3]]
    if len(sections) > 1 and value < 0:
        form, sign = sections[1], ""
    else:
        form = sections[2] if len(sections) > 2 and value == 0 else sections[0]
        sign = "-" if value < 0 else ""
    amount = abs(value).scaleb(2 * form.hundredfold)
    if not code:
        return _plain(value)
    figure = _plain(amount) if form.figure.lower() == "general" else _figure(amount, form.figure)
    text = f"{form.before}{figure}{form.behind}".strip()
    return f"{sign}{text}" if text else ""


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[str, ...]:
    found: list[str] = []
    position = 0
    while position <= len(code) and len(found) < 4:
        match = _SECTION.match(code, position)
        if match is None:
            break
        found.append(match.group())
        position = match.end() + 1
    return tuple(found)


@lru_cache(maxsize=1024)
def _section(part: str) -> _Format:
    before, figure, behind, hundredfold = "", "", "", 0
    for token in _TOKEN.finditer(part):
        kind, text = token.lastgroup, token.group()
        if kind in {"number", "general"} or text == "@":
            if figure:  # such as 000-00-0000, or a fraction
                raise _Unknown(part)
            figure = "General" if text == "@" else text
            continue
        if kind == "condition" or (kind == "other" and ((text.isalpha() and text.isascii()) or text in "0#?.,")):
            raise _Unknown(part)
        hundredfold += text == "%"
        words = {"literal": text.strip('"').removeprefix("\\"), "space": "", "colour": ""}.get(kind or "", text)
        words = token["currency"] or "" if kind == "currency" else words
        before, behind = (before, behind + words) if figure else (before + words, behind)
    return _Format(before, figure, behind, hundredfold)


def _figure(amount: Decimal, digits: str) -> str:
    if not digits:
        return ""
    digits, power, exponent = digits.upper().partition("E")
    scaled = amount.scaleb(-3 * (len(digits) - len(digits.rstrip(","))))
    whole, _, fraction = digits.rstrip(",").partition(".")
    if power:
        return _scientific(scaled, len(fraction), exponent)
    places = max(len(fraction), 0)
    text = f"{scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    units, _, decimals = text.partition(".")
    least = len(fraction.rstrip("#?"))
    decimals = decimals[:least] + decimals[least:].rstrip("0")
    units = units.lstrip("0").rjust(whole.count("0"), "0")
    if "," in whole:
        units = _grouped(units)
    if decimals and not units:
        units = "0"
    return f"{units}.{decimals}" if decimals else units


def _grouped(units: str) -> str:
    head = len(units) % 3
    threes = [units[at : at + 3] for at in range(head, len(units), 3)]
    return ",".join(filter(None, [units[:head], *threes]))


def _scientific(amount: Decimal, places: int, exponent: str) -> str:
    mantissa, _, power = f"{amount:.{places}E}".partition("E")
    sign = "-" if power.startswith("-") else "+" if exponent.startswith("+") else ""
    return f"{mantissa}E{sign}{power.lstrip('+-').rjust(len(exponent) - 1, '0')}"


def _moment(value: date | time | timedelta, code: str) -> str:
    """A date with the time, a month or a year alone, as far as the format shows them."""
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")
    if isinstance(value, time):
        return _clock(value)
    marks = re.sub(r'"[^"]*"|\\.|[_*].|\[(?!h|m|s)[^\]]*\]', "", code.lower())
    if "y" in marks and "d" not in marks and "h" not in marks:
        return f"{value:%Y-%m}" if _MONTH.search(marks) else f"{value:%Y}"
    clock = ""
    if isinstance(value, datetime) and ("h" in marks or not marks or marks == "general"):
        value = _to_the_second(value)
        clock = _clock(value.time()) if value.time() != time() else ""
    return f"{value:%Y-%m-%d} {clock}".rstrip()


def _to_the_second(value: datetime) -> datetime:
    """The nearest whole second, which may be one of the next day."""
    last = value.date() == date.max and value.microsecond >= 500_000
    return (value if last else value + timedelta(microseconds=500_000)).replace(microsecond=0, tzinfo=None)


def _clock(value: time) -> str:
    whole = _to_the_second(datetime.combine(date.min, value))
    return f"{whole:%H:%M:%S}" if whole.second else f"{whole:%H:%M}"
