"""Words that say the same: verbs of one sense, and the noun that names what a verb does. Pure.

Only exchanges that hold in any sentence are here: what is bought is acquired. "Invested in" is not.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SENSES = [
    set(group.split())
    for group in [
        "acquire buy purchase",
        "found establish set_up",
        "name appoint",
        "increase rise grow climb go_up",
        "decrease fall decline drop slip",
        "reduce cut lower",
        "say state announce",
        "plan intend",
        "start begin commence",
        "finish complete finalise finalize conclude",
        "resign quit step_down",
        "obtain receive get",
        "choose select pick",
        "build construct",
        "hire recruit",
        "disclose reveal",
        "close shut close_down shut_down",
        "headquarter base",
        "company firm business",
        "staff employee worker",
        "deal agreement",
        "movie film",
        "big large",
        "enable allow",
        "improve enhance strengthen",
        "sell divest",
        "roughly about approximately around",
        "revenue turnover",
        "situate locate",
        "uphold affirm",
        "dismiss lay_off let_go",
        "postpone delay defer",
        "launch introduce unveil",
        "fee charge",
        "buyer purchaser",
        "attempt try",
        "assist help",
        "require need",
        "permit allow let",
        "verdict ruling",
        "show demonstrate",
        "oversee supervise",
        "lawyer attorney",
        "widen broaden",
        "settle resolve",
        "halt stop",
        "prohibit ban forbid",
        "shipment consignment",
        "dividend payout",
        "investigation probe inquiry",
        "reject turn_down",
        "scrap abandon",
        "goods merchandise",
        "replace succeed",
        "mainly chiefly primarily principally",
    ]
]
_OF = {word: frozenset(n for n, sense in enumerate(_SENSES) if word in sense) for word in set().union(*_SENSES)}
"""For each word the places of its senses: a question asks this of a hundred thousand pairs of words."""
_NONE: frozenset[int] = frozenset()
CHANGES = frozenset(
    "increase rise grow climb raise decrease fall decline drop slip reduce cut lower shrink expand double halve".split()
)
"""Verbs that say by how much, not how much."""
_ENDINGS = [
    (re.compile(r"sition$"), ("re", "se")),  # acquisition, proposition
    (re.compile(r"ment$"), ("", "e")),
    (re.compile(r"ation$"), ("", "e", "ate", "y")),
    (re.compile(r"ication$"), ("y",)),
    (re.compile(r"ption$"), ("be", "pt", "me")),
    (re.compile(r"ction$"), ("ct", "ce")),
    (re.compile(r"tion$"), ("t", "te", "e")),
    (re.compile(r"sion$"), ("d", "de", "s", "se", "t")),
    (re.compile(r"al$"), ("", "e")),
    (re.compile(r"[ae]nce$"), ("", "e")),
    (re.compile(r"ing$"), ("", "e")),
    (re.compile(r"ure$"), ("", "e")),
    (re.compile(r"y$"), ("",)),
]
_IRREGULAR = {
    "sale": "sell",
    "growth": "grow",
    "loss": "lose",
    "payment": "pay",
    "death": "die",
    "choice": "choose",
    "birth": "bear",
}


def same_sense(one: str, other: str) -> bool:
    """Whether two lemmas of the same part of speech can stand for each other in any sentence."""
    return one == other or not _OF.get(one, _NONE).isdisjoint(_OF.get(other, _NONE))


def alike(word: str) -> frozenset[str]:
    """All lemmas that are of the same sense as this one, itself included."""
    return frozenset([word]).union(*(_SENSES[place] for place in _OF.get(word, _NONE)))


def names_event(noun: str, verb: str) -> bool:
    """Whether the noun names what the verb does: "acquisition" for "acquire", "purchase" for "purchase"."""
    return verb in named_by(noun)


@lru_cache(maxsize=8192)
def named_by(noun: str) -> frozenset[str]:
    """All that could be a verb which names_event holds of: for one that is none, strings that are no words."""
    found = {noun, _IRREGULAR.get(noun, noun)}
    for ending, verbs in _ENDINGS:
        if ending.search(noun):
            found |= {ending.sub(verb, noun) for verb in verbs}
    return frozenset().union(*map(alike, found))
