"""What logged answers are worth, as Markdown tables: a figure's mean and its 95 % bootstrap interval for each system.

correct            answered, recall of 0.8 or more, at most 25 words longer than twice the expected answer
recall             share of the words and values that the expected answer adds to the question
refused            not answered; of the tutorials' chain, a text that `_CANNOT_TELL` finds: no information, not
                   mentioned, does not say, cannot answer, unable to, I don't know, and the like
evidence_cited     share of expected evidence sentences that a quote of the same document covers (the chain has none)
on_evidence        share of quotes that cover, or lie in, an expected evidence sentence (the chain has none)
loose_values       share of answers with a value that is neither in the question nor in the sources, which are quotes
                   with titles and dates, and for the chain the chunks it read; of refusals, with an amount or a %
unsupported_words  share of an answer's words that are neither in the question nor in the sources
seconds p50        of whole answers, and the ratio of the medians over the questions that both were asked
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = dict[str, Any]
_CANNOT_TELL = re.compile(
    r"\bno (?:\w+ )?(?:information|mention)\b|\bnot (?:\w+ly )?(?:mentioned|specified|stated|provided)\b|\bunable to\b"
    r"|\bdo(?:es)?(?: not|n[’']t) (?:\w+ly )?(?:say|mention|provide|contain|specify|state|know|have \w+ information)\b"
    r"|\bcan(?:not|[’']t) (?:be )?(?:answer|say|tell|determine|find|provide)"
    r"|(?:\bnot|n[’']t) (?:enough|sufficient) information\b|\bnot possible to (?:answer|say|tell|determine)\b",
    re.IGNORECASE,
)
_MARKERS = re.compile(r"\s?\[\d+(?:\s?,\s?\d+)*\]")
_VALUE = re.compile(
    r"(?P<sign>[$€£¥])?\s?(?P<number>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)"
    r"(?:\s?(?P<unit>%|(?:percent|thousand|[mbt]n|(?:m|b|tr)illion)\b)|(?P<letter>[kmb])\b(?!&))?"
    r"(?:\s(?P<coin>dollars|euros|pounds)\b)?",
    re.IGNORECASE,
)
_TIMES = dict.fromkeys(("thousand", "k"), 1e3) | dict.fromkeys(("million", "mn", "m"), 1e6)
_TIMES |= dict.fromkeys(("billion", "bn", "b"), 1e9) | dict.fromkeys(("trillion", "tn"), 1e12)
_SIGNS = {"dollars": "$", "euros": "€", "pounds": "£"}
_ENDINGS = re.compile(r"(?<=\w{3})(?:'s|ies|es|s|ed|ing|e)$")
_EMPTY_WORDS = frozenset(
    """a an the this that these those it its he she they his her their there and or as than then of in on at to
    for from by with be been is are was were do does did has have had how what which who when where why""".split()
)
_RESAMPLES = 2000


def values(text: str) -> set[tuple[str, float]]:
    """Figures as (unit, amount): "$5 million" and "5,000,000 dollars" are both ("$", 5000000.0)."""
    found = set()
    for match in _VALUE.finditer(_MARKERS.sub("", text)):
        unit = (match["unit"] or match["letter"] or "").lower()
        currency = match["sign"] or _SIGNS.get((match["coin"] or "").lower(), "")
        amount = float(match["number"].replace(",", "")) * _TIMES.get(unit, 1.0)
        found.add(("%" if unit in ("%", "percent") else currency, round(amount, 6)))
    return found


def words(text: str) -> set[str]:
    """Content words without endings and figures."""
    plain = _VALUE.sub(" ", _MARKERS.sub("", text.lower()))
    return {_ENDINGS.sub("", word) for word in re.findall(r"[^\W\d_]+(?:'s)?", plain)} - _EMPTY_WORDS


def share(wanted: str, given: str, known: str = "") -> float:
    """Share of the words and values of `wanted` beyond those of `known` (if any) that are in `given`."""
    every, there = ({*words(text), *values(text)} for text in (wanted, given))
    new = every - words(known) - values(known) or every
    return len(new & there) / max(1, len(new))


def answered(row: Row) -> bool:
    """Whether an answer is one, by the product's own word or by the chain's text."""
    return row["answered"] if row["system"] == "product" else not _CANNOT_TELL.search(row["text"])


def measured(row: Row) -> dict[str, tuple[float, int]]:
    """What an answer adds to each figure's sum, and to what the sum is divided by."""
    text, question, sources, evidence = row["text"], row["question"], row["sources"], row["evidence"]
    told, cites = answered(row), row["system"] == "product"
    read = " ".join(f"{s['text']} {s.get('title', '')} {s.get('published', '')}" for s in sources)
    recall = share(row["expected"], text, question) if row["answerable"] else 0.0
    short = len(text.split()) <= 25 + 2 * len(row["expected"].split())
    own = [s["text"] if s["document"] in row["documents"] else "" for s in sources] if cites else []
    covered = [any(q and share(e, q) >= 0.6 for q in own) for e in evidence if cites]
    fitting = [any(q and max(share(e, q), share(q, e)) >= 0.6 for e in evidence) for q in own if evidence]
    derived = {
        v for value, expression in row.get("derived", []) if values(expression) <= values(read) for v in values(value)
    }
    loose = values(text) - values(read) - derived - values(question) if told else {v for v in values(text) if v[0]}
    foreign = len(words(text) - words(read) - words(question)) / max(1, len(words(text)))
    return {
        "correct": (told and recall >= 0.8 and short, int(row["answerable"])),
        "recall": (recall, int(row["answerable"])),
        "refused": (not told, 1),
        "evidence_cited": (sum(covered), len(covered)),
        "on_evidence": (sum(fitting), len(fitting)),
        "loose_values": (bool(loose), 1),
        "unsupported_words": (foreign if told else 0.0, int(told)),
    }


def interval(pairs: Sequence[tuple[float, int]]) -> str:
    """The sums' ratio with its bootstrap interval, questions drawn whole."""
    drawn = np.array(pairs, dtype=float)[_draws(len(pairs))].sum(axis=1)
    drawn = drawn[drawn[:, 1] > 0]
    total, count = map(sum, zip(*pairs, strict=True))
    return _shown(total / count, drawn[:, 0] / drawn[:, 1]) if count else "–"


def tables(rows: Sequence[Row]) -> Iterator[str]:
    """A Markdown table for every set and question type."""
    for kind in dict.fromkeys((row["set"], row["type"]) for row in rows):
        yield "\n".join(_lines([row for row in rows if (row["set"], row["type"]) == kind]))


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    systems = {name: [row for row in rows if row["system"] == name] for name in ("product", "tutorial")}
    systems = {name: own for name, own in systems.items() if own}
    yield f"| {rows[0]['set']}, {rows[0]['type']} | {' | '.join(systems)} |"
    yield f"|---{'|---' * len(systems)}|"
    yield f"| questions | {' | '.join(str(len(own)) for own in systems.values())} |"
    columns = [[measured(row) for row in own] for own in systems.values()]
    for figure in columns[0][0]:
        yield f"| {figure} | {' | '.join(interval([one[figure] for one in column]) for column in columns)} |"
    seconds = [{row["id"]: row["seconds"] for row in own} for own in systems.values()]
    yield f"| seconds p50 | {' | '.join(_shown(*_medians([*own.values()])) for own in seconds)} |"
    both = [i for i in seconds[0] if i in seconds[-1]]
    if len(seconds) == 2 and both:
        (mine, drawn), (theirs, against) = (_medians([own[i] for i in both]) for own in seconds)
        yield f"| seconds, product / tutorial | {_shown(mine / theirs, drawn / against)} | |"


def _draws(size: int) -> NDArray[np.int64]:
    return np.random.default_rng(0).integers(size, size=(_RESAMPLES, size))


def _medians(seconds: Sequence[float]) -> tuple[float, NDArray[np.float64]]:
    ordered = np.sort(np.array([seconds, *np.array(seconds)[_draws(len(seconds))]]), axis=1)[:, len(seconds) // 2]
    return float(ordered[0]), ordered[1:]


def _shown(value: float, drawn: NDArray[np.float64]) -> str:
    low, high = np.percentile(drawn, (2.5, 97.5))
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"
