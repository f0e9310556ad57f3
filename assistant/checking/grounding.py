"""Whether a claim may be shown with its quotes. Pure; `docs/how-it-works.md` says it in words.

A claim passes when every relation that it states (who, did what, to whom, how much, when, not, may) holds
between the same words of one quote, and nothing that limits or doubts them there is left behind. What was
turned round, added, pieced together or made plainer than it is in the quote does not pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from ..language.sentences import sentences
from ..language.spelling import written_out
from ..language.syntax import dates, parse, same
from ..language.tables import row_of
from ..language.terms import Value, content, figures, names, sequence, values, words
from ..records import Citation, ClaimCheck
from .alignment import reworded
from .constructions import opening_last, reported, same_said, tells_who_says
from .coreference import resolved, spelled_out
from .leaving_out import kept_words
from .qualifiers import left_out, pieced_together
from .statements import statements

if TYPE_CHECKING:
    from spacy.tokens import Doc

_LONGEST = 2000
"""Characters: no claim and no quote is longer."""
_READINGS = 20
_OPENING = re.compile(r"([A-Z]\w+ing) [^,;:.]{3,80}, (?=(?:the |an? )?\w)")
"""A participle before the subject, which the parser takes for much else: "Defying calls for a pause, the bank …"."""
_REMARK = re.compile(r"(?:but |and |though |although )?(?:this|that|such)\b", re.IGNORECASE)
"""How a part begins that speaks of the part before it: "…; such is the account of three employees"."""
_CONDITIONS = frozenset(
    """according assuming providing pending barring excluding failing supposing considering granting adjusting using
    counting depending allowing accounting including stripping""".split()
)


def check_claim(claim: str, quotes: Sequence[str | Citation], question: str | None = None) -> ClaimCheck:
    """The check every claim passes before it is shown.

    `quotes` are the exact sentences the claim rests on. Each statement of the claim must be carried by one
    of them. With a `question`, its figures, dates and names must be in the quotes, or in the title, section
    and date that a Citation brings. Fails closed: an empty claim or no quote is not supported.
    """
    told = [plain(part) for quote in quotes for part in _sentences(quote if isinstance(quote, str) else quote.quote)]
    around = " ".join(_context(quote) for quote in quotes if isinstance(quote, Citation))
    said = plain(claim)
    if not content(said) or not any(content(quote) for quote in told):
        return ClaimCheck(supported=False, reasons=["there is no claim or no quote to check"])
    if max(len(said), *map(len, told)) > _LONGEST:
        return ClaimCheck(supported=False, reasons=[f"a claim or quote is longer than {_LONGEST:,} characters"])
    rows = [row_of(quote.quote, quote.section) for quote in quotes if isinstance(quote, Citation)]
    in_a_table = any(row and row.says(claim) for row in rows)
    reasons = [] if in_a_table else _missing("the figure", values(said) - set().union(*map(figures, told)))
    if not reasons and not in_a_table:
        every = [*told, *spelled_out(told)]
        reasons = _unsupported(said, every)
    if question:
        own = " ".join(told)
        reasons += _missing("the question's date", map(_written, _unheld_dates(question, f"{own} {around}")))
        reasons += _missing("the question's figure", _amounts(question) - values(f"{own} {around}"))
        reasons += _missing("the question's name", _unheld_names(question, f"{own} {around}"))
    return ClaimCheck(supported=not reasons, reasons=reasons)


def _sentences(quote: str) -> list[str]:
    """The sentences of a quote, each of which speaks for itself."""
    spans = sentences(quote)
    return [span.of(quote) for span in spans] if len(spans) > 1 else [quote]


def _unsupported(claim: str, quotes: Sequence[str]) -> list[str]:
    """Why no quote carries the claim, or one of its statements; empty where they do."""
    whole = [_why_not(claim, quote) for quote in quotes]
    if not all(whole) or _carried(claim, quotes):
        return []
    parts = statements(claim)
    if len(parts) > 1:
        meant: dict[int, list[str]] = {n: [part] for n, part in enumerate(parts)}
        for n, named in resolved(parts):
            meant[n].append(named)
        if all(any(_carried(part, quotes) for part in options) for options in meant.values()):
            return []
    return min(whole, key=len)


def _carried(claim: str, quotes: Sequence[str]) -> bool:
    """Whether a quote, or what stands alone in it, carries the claim in one of the constructions of either."""
    said = list(same_said(_speaker_first(claim)))
    told = [part for quote in quotes for part in (quote, *_apart(quote))]
    held = set(content(claim))
    told += [moved for part in told for moved, opening in opening_last(part) if set(content(opening)) <= held]
    if any(map(tells_who_says, said)):
        told += [form for quote in quotes for form in reported(quote)]
    return any(not _why_not(form, quote) for form in said for quote in told)


def _speaker_first(claim: str) -> str:
    """A claim of the form "According to X, …" as "X said …", which is how quotes have it."""
    found = re.match(r"According to (?P<speaker>[^,]+), (?P<said>.+)", claim)
    return f"{found['speaker']} said {found['said']}" if found else claim


def _apart(quote: str) -> list[str]:
    """What stands alone: what is between semicolons, and a sentence without a participle that only opens it.

    Not what stands behind a colon: what is before it may say that it is a claim, a myth or a plan.
    """
    parts = [part.strip() for part in quote.split("; ")] if ":" not in quote else []
    if any(map(_REMARK.match, parts[1:])):
        return []
    found = [part for part in parts if len(part.split()) > 3] if len(parts) > 1 else []
    opening = _OPENING.match(quote)
    if opening and opening[1].lower() not in _CONDITIONS:
        found.append(quote[opening.end() :])
    return found


@lru_cache(maxsize=1024)
def _why_not(claim: str, quote: str) -> list[str]:
    """Why this quote does not carry the claim: nothing stands for it, or something of the quote is left behind."""
    if sequence(claim) == sequence(quote):
        return []
    said, told = parse(written_out(claim)), parse(written_out(quote))
    closest: list[str] | None = None
    for kept in islice(_readings(said, told), _READINGS):
        left = left_out(told, kept)
        if pieced_together(told, kept):
            left.append("words of different things in a list")
        if not left:
            return []
        closest = min(closest or left, left, key=len)
    if closest is None:
        return ["the quote does not say so: its words are not related in this way"]
    return [f"{word} of the quote is left behind" for word in closest]


def _readings(said: Doc, told: Doc) -> Iterator[set[int]]:
    yield from kept_words(said, told)
    yield from reworded(said, told)


def plain(text: str) -> str:
    """A quoted sentence as an answer may show it: one line, no markers of its own, no markup."""
    if text.strip().startswith("|"):  # a row of a table
        text = "; ".join(cell.strip() for cell in text.strip().strip("|").split("|"))
    text = re.sub(r"!\[[^\]\n]*\]\([^)\n]*\)", "", text)
    text = re.sub(r"\[([^\]\n]*)\]\([^)\n]*\)", r"\1", text)
    text = re.sub(
        r"<?\b(?:https?|ftp|file|javascript|data|mailto|tel):[^\s<>)\]]+>?", "(link)", text, flags=re.IGNORECASE
    )
    text = re.sub(r"\[(\d+(?:\s?,\s?\d+)*)\]", r"(\1)", text)
    text = re.sub(r"^\s*(?:[-*+>]|\d{1,3}[.)]|#{1,6})\s+", "", text)
    text = re.sub(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    return " ".join(text.replace("<", "‹").replace(">", "›").split())


def _context(citation: Citation) -> str:
    return f"{citation.title} {citation.section} {citation.published or ''}"


def _unheld_dates(question: str, support: str) -> list[tuple[int | None, int | None, int | None]]:
    held = dates(support)
    return [asked for asked in dates(question) if not any(same(("date", asked), ("date", day)) for day in held)]


def _amounts(question: str) -> set[Value]:
    """The question's figures that are no part of a date."""
    days = {float(part) for day in dates(question) for part in day if part}
    return {value for value in values(question) if value.unit or value.number not in days}


def _written(day: tuple[int | None, int | None, int | None]) -> str:
    return "-".join(str(part) for part in day if part)


def _missing(what: str, items: Iterable[object]) -> list[str]:
    return [f"{what} {item!r} is not in the quote" for item in sorted(map(str, items))]


def _unheld_names(text: str, support: str) -> set[str]:
    held = set(content(support)) | set(words(support))
    return {name for name in names(text) if not set(content(name)) <= held}
