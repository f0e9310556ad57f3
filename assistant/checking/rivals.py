"""Whether a relation that a quote does not spell out may still hold there: nothing else has its place. Pure.

A parser hangs phrases on the wrong word, and writers say "the fine of $5,000" and "fined $5,000". So a relation
of the claim need not be found in the quote as it stands: it holds when its two words stand close together there
and neither of them is given to another. What the quote gives to another is what a claim gets wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..language.clause_words import clause_of
from ..language.syntax import key
from .labels import Role
from .relations import Relations

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_NEAR = 3
"""Steps from word to word along the grammar."""
_OWNER = frozenset("of at for from in by on with within inside across".split())
"""Prepositions that can hang one noun on another as "of" does: revenue at, demand in, a fine for."""
_DIRECTED = frozenset(
    "to from by before after until since without against over under than into despite except because due".split()
)
"""Prepositions that no other one can stand for."""
_NEUTRAL = frozenset("of in at on".split())
"""Prepositions that only say where or of what."""
_TIME = frozenset("in on at during of".split())
_PARTS_OF_NAMES = frozenset("compound nmod poss".split())
"""Labels of a word that only tells which one: a revenue target is no revenue, a Halden supplier is not Halden."""
_STANDS_FOR_ANOTHER = frozenset("it its they their them he his him she her who which that this these those".split())


def may_hold(  # noqa: PLR0911 - one case for each way to fail
    quote: Doc, quoted: Relations, head: int, role: Role, dependent: int
) -> bool:
    """Whether two words may be related so: close together, and the place of neither taken by another word."""
    one, other = quote[head], quote[dependent]
    if role in {"not", "modal", "comp", "as"} | _DIRECTED or role.startswith("clause"):
        return False
    if not _same_preposition(role, other) or (other.dep_ in _PARTS_OF_NAMES and other.head != one):
        return False
    if role == "and":
        return bool(clause_of(one).i == clause_of(other).i)
    if role in {"agent", "patient"} and one.pos_ not in {"VERB", "AUX"}:  # "for export" tells of no exporting
        return False
    if role == "is" and (key(other)[0] != "value" or _bounded(other) or one.dep_ in _PARTS_OF_NAMES):
        return False
    if _rivals(quote, quoted, head, role, dependent) or _takers(quote, quoted, head, role, dependent):
        return False
    return _subject_above(one, other) if role == "agent" else _distance(one, other) <= _NEAR


def _same_preposition(role: Role, dependent: Token) -> bool:
    """Whether the quote's own preposition before a word, if it has one, can be what the claim says."""
    if dependent.dep_ not in {"pobj", "pcomp"}:
        return True
    own = dependent.head.lower_
    if role == "when":
        return own in _TIME
    if role in {"agent", "patient", "is"}:
        return own in {"by", "of", "at"}
    if role in {"of", "mod"}:
        return own in {"of", "at"}
    return own == role or {own, role} <= _NEUTRAL or (own in _NEUTRAL and role in {"and", "to"})


def _bounded(value: Token) -> bool:
    """Whether a preposition makes an amount a bound, a start or an end: "below 5 percent"."""
    return value.dep_ in {"pobj", "pcomp"} and value.head.lower_ not in {"of", "at"}


def _rivals(quote: Doc, quoted: Relations, head: int, role: Role, dependent: int) -> bool:
    """Whether the quote gives the dependent's place to another word of its kind."""
    there = quoted.get(head, [])
    if role == "agent" and any(r == "patient" and d == dependent for r, d in there):
        return True
    if role == "patient" and any(r == "agent" and d == dependent for r, d in there):
        return True
    return any(
        d != dependent
        and _same_place(role, r, quote[dependent], quote[d])
        and quote[d].lower_ not in _STANDS_FOR_ANOTHER
        for r, d in there
    )


def _takers(quote: Doc, quoted: Relations, head: int, role: Role, dependent: int) -> bool:
    """Whether the quote gives the dependent to another head of the same kind."""
    one, other = quote[head], quote[dependent]
    return any(
        h != head
        and (quote[h].pos_ in {"VERB", "AUX"}) == (one.pos_ in {"VERB", "AUX"})
        and not (one.is_ancestor(quote[h]) and other.dep_ != "poss" and not _own_clause(quote[h]))
        and not (quote[h].is_ancestor(one) and clause_of(one).i == h)
        and any(d == dependent and _same_place(role, r, other, other) for r, d in others)
        for h, others in quoted.items()
    )


def _own_clause(verb: Token) -> bool:
    """Whether a verb tells of something besides the clause it hangs on: "Born in Ellory, he trained …"."""
    return verb.pos_ in {"VERB", "AUX"} and verb.dep_ in {"advcl", "relcl", "acl"}


def _same_place(claimed: Role, quoted: Role, wanted: Token, there: Token) -> bool:
    """Whether two roles are places of which a head has one, and the two words are of a kind."""
    if key(wanted)[0] in {"value", "date"} or key(there)[0] in {"value", "date"}:
        return key(wanted)[0] == key(there)[0] and (claimed == quoted or not {claimed, quoted} & _DIRECTED)
    if claimed in {"of", "mod", "is"} or claimed in _OWNER:
        alike = (key(wanted)[0] == "name") == (key(there)[0] == "name")
        return alike and (quoted == claimed or quoted in {"of", "is"} or (claimed == "of" and quoted in _OWNER))
    return claimed == quoted


def _subject_above(verb: Token, subject: Token) -> bool:
    """Whether a word is the subject of a verb that this one hangs on, and no nearer verb has another one."""
    while verb.dep_ != "ROOT":
        verb = verb.head
        doers = {c.i for c in verb.children if c.dep_ in {"nsubj", "nsubjpass"}}
        if subject.i in doers:
            return True
        if verb.pos_ in {"VERB", "AUX"} and doers:
            return False
    return False


def _distance(one: Token, other: Token) -> int:
    """Steps between two words along the grammar; a clause with a subject of its own counts as far."""
    above = {one.i: 0} | {t.i: steps for steps, t in enumerate(one.ancestors, 1)}
    for steps, token in enumerate([other, *other.ancestors]):
        if token.i in above:
            return above[token.i] + steps
    return len(one.doc)
