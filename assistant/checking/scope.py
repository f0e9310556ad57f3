"""What limits a whole sentence and may not be left out of it: "In mice, …", "…, weather permitting". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..language.senses import CHANGES
from ..language.syntax import key
from .relations import MEASURES

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_LIMITS = re.compile(
    r"\b(?:as long as|so long as|contingent (?:up)?on|conditional (?:up)?on|dependent (?:up)?on|depend(?:s|ing) on"
    r"|only (?:after|when|if|where|once|on|in|for|at|with|by|because)|\w+ permitting"
    r"|with(?: the| its| their)?(?: \w+)? (?:approval|consent|permission)"
    r"|in the (?:event|absence|case) (?:of|that)|in all (?:likelihood|probability)|apart from|aside from|save for"
    r"|other than|with the exception of"
    r"|except for|subject to|absent an?|on paper|in (?:principle|theory)|like-for-like"
    r"|constant (?:exchange rates|currenc(?:y|ies))"
    r"|seasonally adjusted|adjust(?:ed|ing) for|or (?:more|less|fewer)|upwards of|north of|close to|all but|as good as"
    r"|in (?:effect|part)|for the most part|to (?:some|a) (?:extent|degree)|on average|an average of|a total of"
    r"|as though|as if|between them|(?:limited|confined|restricted) to|, that is|per (?:an?|the) \w+)\b",
    re.IGNORECASE,
)
"""Fixed expressions that make a condition, an exception, a basis or a bound."""
_TIMES = frozenset(
    """second minute hour day week weekend month quarter season year decade century morning afternoon evening night
    date time moment today yesterday start end beginning period session spring summer autumn winter half""".split()
)
_REMARKS = frozenset(
    """statement letter interview report filing speech post addition response return exchange turn particular
    result move total fact part meantime step event announcement ceremony note""".split()
)
"""Nouns of openings that only say where something was said, or link it to what went before."""
_RELATED = frozenset("nsubj nsubjpass dobj attr acomp".split())
_LIMITING = frozenset("in under for with without given on upon among at absent".split())
_LEVELS = CHANGES | MEASURES | {"employ", "have", "average", "cost"}


def set_aside(doc: Doc, kept: set[int]) -> Iterator[int]:
    """The words of such limits of which none is kept."""
    for found in _LIMITS.finditer(doc.text):
        words = [t.i for t in doc if found.start() <= t.idx < found.end()]
        if words and not kept & set(words):
            yield words[0]
    colon = next((t.i for t in doc if t.text == ":" and 0 < t.i < len(doc) - 1), -1)
    if 0 < colon < min(kept, default=0):  # "Plaintiff's position: …", "Ruled out: …"
        yield colon - 1
    for verb in doc:
        if verb.pos_ in {"VERB", "AUX"} and (verb.i in kept or _linking(verb, kept)):
            yield from (child.i for child in verb.children if child.i not in kept and _limits(verb, child, kept))


def _linking(verb: Token, kept: set[int]) -> bool:
    """Whether an unkept "has" or "is" relates two kept things."""
    return verb.lemma_ in {"be", "have"} and sum(c.i in kept for c in verb.children if c.dep_ in _RELATED) > 1


def _limits(verb: Token, child: Token, kept: set[int]) -> bool:  # noqa: PLR0911 - one case for each kind
    """Whether a phrase before or behind a kept verb says where, when or for whom alone it holds."""
    if any(t.i in kept for t in child.subtree):
        return False
    opens = child.i < verb.i and _followed_by_comma(child)
    if child.dep_ == "advcl":
        return _limiting_clause(verb, child, opens=opens)
    if child.dep_ != "prep":
        return False
    if child.lower_ == "per" or any(t.lower_ in {"no", "not"} for t in child.subtree):
        return True
    objects = [t for t in child.children if t.dep_ in {"pobj", "pcomp"}]
    if child.lower_ not in _LIMITING or all(map(_harmless, objects)):
        return False
    level = verb.lemma_ in _LEVELS and any(key(t)[0] == "value" and t.i in kept for t in verb.subtree)
    if opens:
        return level or _generic(verb) or not all(map(_is_name, objects))
    return level and child.lower_ in {"in", "among", "at"}


def _limiting_clause(verb: Token, clause: Token, *, opens: bool) -> bool:
    """Whether a clause says when something general holds, or whose account of it this is."""
    if opens and clause.lemma_ in {"tell", "see", "put", "have"}:  # "As prosecutors tell it"
        return True
    when = any(c.lower_ in {"when", "where", "while"} for c in clause.children if c.dep_ in {"mark", "advmod"})
    return _generic(verb) and (when or (opens and clause.tag_ in {"VBN", "VBG"}))


def _is_name(token: Token) -> bool:
    return key(token)[0] == "name" or token.ent_type_ in {"GPE", "LOC", "FAC", "ORG", "PERSON", "EVENT"}


def _harmless(token: Token) -> bool:
    """Whether a phrase with this only says when, or where something was said."""
    return (
        key(token)[0] in {"date", "value"}
        or token.ent_type_ in {"DATE", "TIME"}
        or token.lemma_.lower() in _TIMES | _REMARKS
    )


def _generic(verb: Token) -> bool:
    """Whether a sentence tells what holds in general: in the present or by a "can", of nothing that has a name."""
    finite = {verb.tag_} | {c.tag_ for c in verb.children if c.dep_ in {"aux", "auxpass"}}
    subjects = [c for c in verb.children if c.dep_ in {"nsubj", "nsubjpass"}]
    named = any(key(t)[0] == "name" for s in subjects for t in [s, *(c for c in s.children if c.dep_ == "poss")])
    return bool(finite & {"VBZ", "VBP", "MD"}) and not named and bool(subjects)


def _followed_by_comma(child: Token) -> bool:
    after = child.right_edge.i + 1
    return after < len(child.doc) and str(child.doc[after].text) == ","
