"""Times that a question names by where today is: "last week", "since Monday", "this year". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from .syntax import dates
from .terms import NUMBER_WORDS

_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_NUMBER = rf"(?P<n>\d{{1,3}}|a|an|a couple of|a few|{'|'.join(list(NUMBER_WORDS)[1:])})"
_UNIT = {"day": 1, "week": 7, "fortnight": 14}
_LEAD = r"(?:\b(?:in|over|during|within|for|from|on)\s+)?(?:\bthe\s+)?"
_WEEKDAY = "|".join(_DAYS)
_PERIOD = re.compile(
    rf"{_LEAD}\b(?:(?:last|past|previous)\s+{_NUMBER}\s+(?P<units>days?|weeks?|fortnights?|months?|years?)"
    r"|(?P<which>this|last|past|previous|current)\s+(?P<unit>week|month|quarter|year|fortnight)"
    r"|(?P<day>today|yesterday|the day before yesterday))\b(?!['’])"
    rf"|\b(?P<since>since)\s+(?:(?:last\s+)?(?P<weekday>{_WEEKDAY})|(?P<sinceday>yesterday|last\s+(?:week|month|year)"
    r"|the (?:start|beginning) of the (?:week|month|year)))\b"
    rf"|\bon\s+(?:last\s+)?(?P<onday>{_WEEKDAY})\b|\blast\s+(?P<lastday>{_WEEKDAY})\b",
    re.IGNORECASE,
)
_SINCE_DATE = re.compile(
    r"\b(?:since|from)\s+(?P<date>(?:\d{1,2}(?:st|nd|rd|th)?\s+)?[A-Z][a-z]{2,8}(?:\s+\d{1,2}(?:st|nd|rd|th)?)?(?:,?\s+\d{4})?"
    r"|\d{4}-\d\d-\d\d|(?:19|20)\d\d)(?![\w-])"
)
_RANGE = re.compile(r"\bpublished from (?P<start>\d{4}-\d\d-\d\d) to (?P<end>\d{4}-\d\d-\d\d)\b")
"""As this module writes a period into a question."""
_FACTS_YEAR = re.compile(
    r"\b(?:(?:in|for|during)\s+)?(?P<which>this|last|next|the current)\s+year\b(?!['’])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both counted, and the words of the question that name them."""

    start: date
    end: date
    words: str

    @property
    def past(self) -> bool:
        """Whether the words look back from today: not "today", "this week" or "since Monday", which name a state."""
        return bool(re.search(r"\b(?:last|past|previous|yesterday|published)\b", self.words, re.IGNORECASE))

    @property
    def written_out(self) -> bool:
        """Whether the words are those in which this module writes a period."""
        return bool(_RANGE.fullmatch(self.words))

    def __str__(self) -> str:
        return f"published from {self.start} to {self.end}"


def period(question: str, today: date, *, since_dates: bool = False) -> Period | None:
    """The time that a question names by where today is, or with `since_dates` as "since" a date; None without one.

    A week begins on Monday. "Since" and "this" end today; "last week" is the whole week before this one, "the last
    month" the month up to today.
    """
    if found := _RANGE.search(question):
        start, end = _day(found["start"], today), _day(found["end"], today)
        return Period(start, end, found[0]) if start and end else None
    if since_dates and (found := _SINCE_DATE.search(question)):
        start = _day(found["date"], today)
        if start and start <= today:
            return Period(start, today, found[0])
    found = _PERIOD.search(question)
    if not found:
        return None
    start, end = _span(found, today)
    return Period(start, end, found[0].strip())


def with_year(question: str, today: date) -> str:
    """The question with "this year" and the like as the year itself, which is how articles write it."""

    def year(found: re.Match[str]) -> str:
        return f"in {today.year + {'last': -1, 'next': 1}.get(found['which'].lower(), 0)}"

    return _FACTS_YEAR.sub(year, question)


def without(question: str, words: str) -> str:
    """The question without the words that name its time."""
    return " ".join(question.replace(words, " ").split()).replace(" ?", "?")


def _span(found: re.Match[str], today: date) -> tuple[date, date]:
    if found["since"]:
        return _since(found, today), today
    if found["units"]:
        return _before(today, _count(found["n"]), found["units"].lower().rstrip("s")), today
    if found["unit"] and (found["which"].lower() == "past" or re.search(r"\bthe\s+last\b", found[0], re.IGNORECASE)):
        return _before(today, 3 if found["unit"].lower() == "quarter" else 1, found["unit"].lower()), today
    if found["unit"]:
        return _calendar(found["unit"].lower(), today, this=found["which"].lower() in {"this", "current"})
    if found["day"]:
        day = today - timedelta(("today", "yesterday").index(found["day"].lower()) if " " not in found["day"] else 2)
        return day, day
    day = _weekday(found["onday"] or found["lastday"], today)
    return day, day


def _since(found: re.Match[str], today: date) -> date:
    if found["weekday"]:
        return _weekday(found["weekday"], today)
    named = found["sinceday"].lower()
    if named == "yesterday":
        return today - timedelta(1)
    return _calendar(named.split()[-1], today, this=named.startswith("the"))[0]


def _count(number: str) -> int:
    words = {"a": 1, "an": 1, "a couple of": 2, "a few": 3, **NUMBER_WORDS}
    return int(number) if number.isdecimal() else words[number.lower()]


def _before(today: date, count: int, unit: str) -> date:
    if unit in _UNIT:
        return today - timedelta(count * _UNIT[unit])
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)  # a quarter counts three
    for day in range(today.day, 0, -1):  # 31 March less a month is 28 February
        try:
            return date(months // 12, months % 12 + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def _calendar(unit: str, today: date, *, this: bool) -> tuple[date, date]:
    """This week, month, quarter or year up to today, or the whole one before."""
    start = {
        "week": today - timedelta(today.weekday()),
        "fortnight": today - timedelta(13),
        "month": today.replace(day=1),
        "quarter": today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1),
        "year": today.replace(month=1, day=1),
    }[unit]
    if this:
        return start, today
    end = start - timedelta(1)
    return _calendar(unit, end, this=True)[0], end


def _weekday(name: str, today: date) -> date:
    """The last such day before today."""
    return today - timedelta((today.weekday() - _DAYS.index(name.lower()) - 1) % 7 + 1)


def _day(text: str, today: date) -> date | None:
    """The first day of what a date leaves open; without a year the last one that is not to come."""
    found = next(iter(dates(f"in {text}")), None)
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return date.fromisoformat(text)
        if not found:
            return None
        year, month, day = found
        first = date(year or today.year, month or 1, day or 1)
        return first.replace(year=first.year - 1) if not year and first > today else first
    except ValueError:  # such as 30 February, or 29 February of last year
        return None
