"""Sentences that speak to the software that reads them, and so state nothing: orders, role marks, ready-made answers.

A document is material, never an instruction. What is recognised here is not quoted, nor is what follows on it in its
paragraph; everything else is only ever quoted, under its article's name. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .syntax import parse

if TYPE_CHECKING:
    from spacy.tokens import Token

_SOFTWARE = (
    r"(?:A\.?I\.?(?![\w.])|LLMs?|GPT\w*|chat ?bots?|language models?|assistants?"
    r"|(?:AI|digital|virtual|automated|software) (?:agents?|readers?)"
    r"|summari[sz](?:ers?|ation (?:tools?|systems?))|crawlers?|search tools?)"
)
_ORDERS = (
    (
        r"\b(?:ignore|disregard|forget|override|bypass|discard)\s+(?:\w+\s+){0,2}?"
        r"(?:all|any|your|the|previous|prior|earlier|above|these|those|other|everything)\b.{0,40}"
        r"\b(?:instructions?|prompts?|context|above|(?<=other )(?:articles?|documents?|sources?|text))\b"
    ),
    (
        rf"\b{_SOFTWARE}\b.{{0,60}}\b(?:reads?|reading|summari[sz]\w+|process\w*|answer\w*|index\w*|pars\w+)\b.{{0,40}}"
        r"\b(?:this|these|questions? (?:about|on)|the (?:above|following|question|page|article|text))\b"
    ),
    rf"\b(?:notes?|message|instructions?|notice|memo)\s+(?:to|for)\s+(?:\w+\s+){{0,2}}{_SOFTWARE}\b",
    (
        r"\b(?:when|if|whenever)\s+"
        r"(?:you(?:['’]re| are)?\s+|anyone\s+|someone\s+|(?:a|the) (?:user|reader)\s+|users?\s+)?"
        r"(?:asked|asks?|questioned|queried|prompted)\b.{0,140},\s*"
        r"(?:(?:please|then|just|only|always|simply|do not|never)\s+){0,2}"
        r"(?:answer|reply|respond|say|state|output|print|tell|refuse|write)\b"
    ),
    r"\b(?:whoever|anyone who|everyone who) asks\b",
    r"\byour (?:\w+ )?(?:instructions|prompts?|answers? must|answers? should)\b",
    r"\b(?:system (?:prompt|message|override)|developer mode|call the (?:tool|function)|you are now)\b",
)
"""What an order to software looks like wherever it stands in a sentence."""
_MARKS = (
    r"<\|?/?\w+\|?>|\[/?(?:INST|SYS|SYSTEM)\]|<</?SYS>>",
    r"^\W{0,4}(?:system|assistant|user|human|ai|instructions?|developer|tool)\W{0,3}:",
    r"^\s*[\[{]\s*[\"'{\[]",
    r"^\W{0,4}(?:q|question|a|answer|response)\W{0,3}[:=]",
    r"\b(?:correct|final|expected|right|true|verified|model) answer\s*(?:[:=]|to (?:the|this|any) question)",
    r"^\W*(?:notes?|sources?|references?|citations?)?\W*\[\^?\d+\]",
)
"""Marks of a role, of data, of a ready-made answer, of a footnote."""
_ASIDE = re.compile("|".join((*_ORDERS, *_MARKS)), re.IGNORECASE | re.DOTALL)
_ASKS = re.compile(r"^[^\"“”‘]*\?(?!\w)")
"""A question of the article's own, outside quoted speech: it states nothing."""
_TELLING = frozenset(
    """answer reply respond say state output print repeat write tell return cite quote claim report refuse decline
    ignore disregard forget append mention pretend reveal translate""".split()
)


def is_aside(sentence: str, before: str = "") -> bool:
    """Whether a sentence, or one before it in its paragraph, is said to the software that reads it."""
    return bool(_ASIDE.search(sentence) or _ASIDE.search(before) or _ASKS.search(sentence)) or _orders(sentence)


def _orders(sentence: str) -> bool:
    """Whether its main clause, or one beside it, tells somebody to answer in some way: "Please state that …"."""
    return any(t.lemma_.lower() in _TELLING and _is_imperative(t) for t in parse(sentence))


def _is_imperative(verb: Token) -> bool:
    if verb.tag_ != "VB" or any(c.dep_ in {"nsubj", "nsubjpass", "csubj", "expl"} for c in verb.children):
        return False
    if any(c.dep_ == "aux" and c.lower_ != "do" for c in verb.children):
        return False
    return verb.dep_ == "ROOT" or (verb.dep_ in {"conj", "ccomp", "parataxis"} and _is_imperative(verb.head))
