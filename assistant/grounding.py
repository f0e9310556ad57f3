"""Whether a claim may be shown with its quotes. Pure; `docs/how-it-works.md` says it in words.

A claim passes when its words stand together, in the same order, in one of its quotes (articles such as
"the" aside), every figure with its unit, and no "not", hedge or speaker of that quote is left behind.
What was turned round, added, pieced together or made plainer than it is in the quote does not pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from .records import Citation, ClaimCheck
from .terms import NEGATIONS, content, names, sequence, stem, tokens, values, words

_HEDGES = frozenset(
    stem(word)
    for word in [
        "may",
        "might",
        "could",
        "would",
        "should",
        "reportedly",
        "allegedly",
        "apparently",
        "possibly",
        "perhaps",
        "probably",
        "likely",
        "unlikely",
        "expected",
        "expects",
        "expect",
        "considering",
        "considers",
        "plan",
        "plans",
        "planned",
        "aims",
        "intends",
        "hopes",
        "forecast",
        "estimated",
        "estimates",
        "about",
        "roughly",
        "approximately",
        "up",
        "said",
        "says",
        "say",
        "according",
        "told",
        "claimed",
        "claims",
        "denied",
        "rumoured",
        "if",
        "unless",
        "subject",
        "proposed",
        "potential",
        "potentially",
        "seeks",
        "target",
        "targets",
        "guidance",
    ]
)
_REST_FIT = 0.5
_WHOLE_FIT = 0.25


def check_claim(claim: str, quotes: Sequence[str | Citation], question: str | None = None) -> ClaimCheck:
    """The check every claim passes before it is shown.

    `quotes` are the exact sentences the claim rests on. With a `question`, its figures and names must be
    in the quotes, or in the title and section that a Citation brings. Fails closed: an empty claim or no
    quote is not supported.
    """
    told = [quote if isinstance(quote, str) else quote.quote for quote in quotes]
    around = " ".join(_context(quote) for quote in quotes if isinstance(quote, Citation))
    said = sequence(claim)
    if not content(claim) or not said or not any(content(quote) for quote in told):
        return ClaimCheck(supported=False, reasons=["there is no claim or no quote to check"])
    own = " ".join(told)
    reasons = [
        *_missing("the figure", values(claim) - values(own)),
        *_missing("the word", set(said) - set(sequence(own))),
    ]
    left = [_left_behind(claim, quote) for quote in told if _stands_in(said, sequence(quote))]
    if left and all(left):
        reasons += _missing("the quote's", left[0])
    elif not left and not reasons:
        reasons.append("the words do not stand together in a quote in the claim's order")
    if question:
        reasons += _missing("the question's figure", values(question) - values(f"{own} {around}"))
        reasons += _missing("the question's name", _unheld_names(question, f"{own} {around}"))
    return ClaimCheck(supported=not reasons, reasons=reasons)


def fits(question: str, sentence: str, context: str, weights: Mapping[str, float]) -> bool:
    """Whether a sentence speaks of what the question asks. `weights`: how telling each stem of the question is.

    What the article's title and section (`context`) say need not be repeated: half the weight of the
    rest must be in the sentence, or a quarter of all of it where the context says everything.
    """
    asked = set(content(question))
    rest = asked - set(content(context))
    total = sum(weights.get(term, 1.0) for term in rest or asked)
    held = sum(weights.get(term, 1.0) for term in (rest or asked) & set(content(sentence)))
    unheld = _unheld_names(question, f"{sentence} {context}")
    return bool(asked) and not unheld and held >= (_REST_FIT if rest else _WHOLE_FIT) * total


def carried(claim: str, sentence: str) -> float:
    """The share of a claim's content words and figures that a sentence has, 0..1."""
    parts = set(tokens(claim))
    return len(parts & set(tokens(sentence))) / max(1, len(parts))


def plain(text: str) -> str:
    """A quoted sentence as an answer may show it: one line, no markers of its own, no markup."""
    if text.strip().startswith("|"):  # a row of a table
        text = "; ".join(cell.strip() for cell in text.strip().strip("|").split("|"))
    text = re.sub(r"!?\[([^\]\n]*)\]\([^)\s]*\)", r"\1", text)
    text = re.sub(r"\[(\d+(?:\s?,\s?\d+)*)\]", r"(\1)", text)
    text = re.sub(r"^\s*(?:[-*+>]|\d{1,3}[.)]|#{1,6})\s+", "", text)
    text = re.sub(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    return " ".join(text.replace("<", "‹").replace(">", "›").split())


def _context(citation: Citation) -> str:
    return f"{citation.title} {citation.section}"


def _missing(what: str, items: Iterable[object]) -> list[str]:
    return [f"{what} {str(item)!r} is not carried over" for item in sorted(map(str, items))]


def _unheld_names(text: str, support: str) -> set[str]:
    held = set(content(support)) | set(words(support))
    return {name for name in names(text) if not set(content(name)) <= held}


def _stands_in(claim: Sequence[str], quote: Sequence[str]) -> bool:
    """Whether the claim's words are a run of the quote's."""
    length = len(claim)
    return any(quote[begin : begin + length] == claim for begin in range(len(quote) - length + 1))


def _left_behind(claim: str, quote: str) -> set[str]:
    """Negations, hedges and speakers that a quote has and the claim does not."""
    kept = {stem(word) for word in words(claim)}
    guarded = _HEDGES | {stem(word) for word in NEGATIONS}
    return {stem(word) for word in words(quote)} & guarded - kept
