"""A quoted sentence made shorter: what only adds to it is left out, what is left keeps its words and order."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise
from typing import TYPE_CHECKING

from ..checking.qualifiers import left_out, pieced_together
from ..language.syntax import Key, key, lemma, parse

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_LONG = 16
"""A sentence of fewer words is shown whole."""
_MAY_GO = frozenset("advcl relcl acl appos conj".split())
_THINGS = frozenset("NOUN PROPN ADJ DET NUM PRON".split())
_OPENING = frozenset("“‘„«")
_LINKS = frozenset(
    "additionally moreover furthermore firstly secondly thirdly lastly finally however also meanwhile overall".split()
)


def shortened(sentence: str, wanted: Collection[str], answers: Collection[Key]) -> str:
    """The sentence without clauses, appositions and links ("however") that hold none of these words or answers.

    A phrase that says where or when ("in a hard year", "on current trends") stays: it may limit the rest.

    `wanted` are lemmas that the question is about. A sentence that is short, or of which nothing may go,
    comes back as it is.
    """
    doc = parse(sentence)
    kept = {token.i for token in doc}
    if len(doc) <= _LONG:
        return sentence
    marks = _quotation_marks(doc)
    for token in sorted(doc, key=lambda t: t.left_edge.i - t.right_edge.i):  # the longest first
        if not (token.dep_ in _MAY_GO or token.lower_ in _LINKS) or token.i not in kept or not _set_off(token):
            continue
        part = _with_quotation_marks({t.i for t in token.subtree}, marks)
        if any(marks.get(i, i) in kept - part for i in part):
            continue
        rest = {lemma(doc[i]) for i in kept - part} | {key(doc[i]) for i in kept - part}
        if any(_needed(doc[i], wanted, answers) and not {lemma(doc[i]), key(doc[i])} & rest for i in part & kept):
            continue
        without = kept - part - _commas_around(token, kept)
        if _stranded(token, doc, without):
            continue
        if not left_out(doc, without) and not pieced_together(doc, without):
            kept = without
    return _written(doc, kept)


def _quotation_marks(doc: Doc) -> dict[int, int]:
    """For each quotation mark of the sentence the one that it pairs with."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for token in doc:
        if not token.is_quote or token.tag_ == "POS":
            continue
        if opened and (token.text not in _OPENING):
            found[token.i] = opened.pop()
            found[found[token.i]] = token.i
        else:
            opened.append(token.i)
    return found


def _with_quotation_marks(part: set[int], marks: dict[int, int]) -> set[int]:
    """A part with the marks right around it that pair with one in it."""
    return part | {i for i in (min(part) - 1, max(part) + 1) if marks.get(i) in part}


def _set_off(token: Token) -> bool:
    """Whether a part stands between commas, or opens the sentence: what does not is too closely tied."""
    edge, after = token.left_edge.i, token.right_edge.i + 1
    if edge == 0 or token.lower_ in _LINKS:
        return True
    if token.dep_ == "conj":
        return token.pos_ in {"VERB", "AUX"} and token.doc[edge - 1].text in {",", "and", "but"}
    closed = after == len(token.doc) or token.doc[after].is_punct or token.doc[after].dep_ == "cc"
    return closed and token.doc[edge - 1].text in {",", "(", "—", "–", ";"}


def _stranded(token: Token, doc: Doc, without: set[int]) -> bool:
    """Whether a thing would stand where its list was: "$4 million [driven by sales,] costs, and gains"."""
    following = next((i for i in range(token.right_edge.i + 1, len(doc)) if i in without), None)
    before = any(i in without for i in range(token.left_edge.i))
    return before and following is not None and doc[following].pos_ in _THINGS


def _needed(token: Token, wanted: Collection[str], answers: Collection[Key]) -> bool:
    return key(token) in answers or key(token)[0] == "date" or lemma(token) in wanted


def _commas_around(token: Token, kept: set[int]) -> set[int]:
    """The commas, or the "and", that set off a part which goes."""
    found = set()
    edge = token.left_edge.i - 1
    while edge in kept and token.doc[edge].text in {",", "and", "but", "—", "–", ";"}:
        found.add(edge)
        edge -= 1
    after = token.right_edge.i + 1
    if found and after in kept and token.doc[after].text == ",":
        found.add(after)
    return found


def _written(doc: Doc, kept: set[int]) -> str:
    order = sorted(kept)
    gap = {i for i, after in pairwise(order) if after != i + 1}
    text = "".join(doc[i].text_with_ws if i not in gap else f"{doc[i].text} " for i in order).strip(" ,;")
    text = re.sub(r"\s+([,.;:!?])", r"\1", re.sub(r"([,;])\s*(?=[,.;!?])", "", text))
    text = re.sub(r"\(\s*\)", "", re.sub(r"\s{2,}", " ", text)).strip(" ,;")
    return text[:1].upper() + text[1:]
