"""The relations that the parser's labels give by themselves, one word at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..language.clause_words import has_subject
from ..language.syntax import key

if TYPE_CHECKING:
    from spacy.tokens import Token

Role = str
"""agent, patient, is, not, modal, mod, when, of, in, …"""
Triple = tuple[int, Role, int]
"""A token's place, the role of another one towards it, and that one's place."""

AUXILIARIES = frozenset({"be", "have", "do"})
NAMING = frozenset("name appoint elect call make choose".split())
"""Verbs that give somebody or something a name or an office."""
_MODIFIERS = frozenset("amod nummod nmod advmod npadvmod quantmod predet compound prt".split())
_TIME = frozenset("in on at during as of".split())
_ORDER = frozenset("before after until since because although though if unless once when whenever provided".split())


def direct(token: Token) -> Iterator[Triple]:  # noqa: C901, PLR0912 - one case for each label
    """What a word is to others by its own label."""
    head, dep = token.head, token.dep_
    if bare := _bare_preposition(token):
        yield _verb_above(token).i, bare, token.i
    elif dep == "nsubj" and head.dep_ in {"ccomp", "oprd"} and head.head.lemma_ in NAMING and head.pos_ != "VERB":
        yield head.head.i, "patient", token.i
        yield head.head.i, "as", head.i
    elif dep in {"nsubj", "csubj", "expl"}:
        yield head.i, "agent", token.i
    elif dep == "compound" and head.dep_ in {"dobj", "oprd"} and head.head.lemma_ in NAMING and key(token)[0] == "name":
        yield head.head.i, "patient", token.i
        yield head.head.i, "as", head.i
    elif dep in {"nsubjpass", "csubjpass", "dobj"}:
        yield head.i, "patient", token.i
    elif dep in {"attr", "acomp", "oprd"}:
        yield head.i, "as", token.i
    elif dep in {"pobj", "pcomp"}:
        yield from _by_preposition(token)
    elif dep == "dative" and token.pos_ != "ADP":
        yield head.i, "to", token.i
    elif dep == "poss":
        yield head.i, "of", token.i
    elif dep == "neg":
        yield head.i, "not", token.i
    elif dep == "det" and token.lower_ == "no":  # "received no bonus" is "did not receive a bonus"
        yield (head.head if head.dep_ in {"dobj", "nsubj", "nsubjpass", "attr"} else head).i, "not", token.i
    elif dep == "aux" and token.lemma_ not in AUXILIARIES and token.lower_ != "to":
        yield head.i, "modal", token.i
    elif dep in _MODIFIERS:
        yield head.i, _role_of_time(token, "mod"), token.i
    elif dep == "appos":
        for other in {head.i, _before_comma(token).i}:
            yield other, "is", token.i
            yield token.i, "is", other
    elif dep in {"xcomp", "ccomp"}:
        yield head.i, "comp", token.i
    elif dep == "advcl":
        yield head.i, _clause_role(token), token.i
    elif dep == "conj":
        yield head.i, "and", token.i
    elif dep in {"acl", "relcl"}:
        yield from _of_a_noun(token)


def _before_comma(apposition: Token) -> Token:
    """The name that an apposition stands behind, which the parser may have passed over; else what it hangs on."""
    edge = apposition.left_edge.i
    if edge > 1 and apposition.nbor(edge - 1 - apposition.i).text in {",", "("}:
        before = apposition.nbor(edge - 2 - apposition.i)
        if key(before)[0] == "name":
            return before
    return apposition.head


def _clause_role(verb: Token) -> Role:
    """What a clause is to its verb: "clause before", "clause if", or plain "clause"."""
    link = next((c.lower_ for c in verb.children if c.dep_ in {"mark", "advmod"} and c.lower_ in _ORDER), "")
    return f"clause {link}".strip()


def _bare_preposition(token: Token) -> Role | None:
    """The word before a figure or date that the parser did not take for its preposition: "from $5m to $7m"."""
    counts = token.head.i > token.i and token.head.pos_ in {"NOUN", "PROPN"}
    if key(token)[0] not in {"value", "date"} or not token.i or counts:
        return None
    before = token.nbor(-1)
    return (
        _role_of_time(token, before.lower_)
        if before.lower_ in {"from", "to", "by", "at", "in"} and token.head != before
        else None
    )


def _verb_above(token: Token) -> Token:
    while token.pos_ not in {"VERB", "AUX"} and token.dep_ != "ROOT":
        token = token.head
    return token


def _by_preposition(token: Token) -> Iterator[Triple]:
    preposition = token.head
    if preposition.dep_ == "agent":
        yield preposition.head.i, "agent", token.i
        return
    outer = preposition
    while outer.head.dep_ in {"prep", "agent"} and outer.dep_ == "prep":  # "out of", "from within"
        outer = outer.head
    yield outer.head.i, _role_of_time(token, preposition.lower_ if outer == preposition else outer.lower_), token.i
    if preposition.lower_ == "of" and outer != preposition:
        yield outer.head.i, "of", token.i


def _role_of_time(token: Token, otherwise: Role) -> Role:
    """Before a date "in", "on" and nothing are one relation; "by", "until" and "since" are others."""
    return "when" if key(token)[0] == "date" and otherwise in _TIME | {"mod"} else otherwise


def _of_a_noun(verb: Token) -> Iterator[Triple]:
    """A clause that hangs on a noun: the noun is what its pronoun, or its open place, stands for."""
    noun = verb.head
    yield noun.i, "clause", verb.i
    pronoun = next((t for t in verb.subtree if t.tag_ in {"WDT", "WP", "WP$"} and t.i > noun.i), None)
    if verb.dep_ == "acl":
        if verb.tag_ in {"VBG", "VBN"}:
            yield verb.i, "agent" if verb.tag_ == "VBG" else "patient", noun.i
    elif pronoun is None:
        yield verb.i, "patient", noun.i
    elif pronoun.dep_ == "poss":  # "whose"
        yield pronoun.head.i, "of", noun.i
    elif pronoun.dep_ in {"nsubj", "nsubjpass", "dobj"}:
        yield pronoun.head.i, "agent" if pronoun.dep_ == "nsubj" else "patient", noun.i
        for other in [t for t in verb.children if t.dep_ == "conj" and not has_subject(t)]:
            yield other.i, "agent" if pronoun.dep_ == "nsubj" else "patient", noun.i


def shared_subject(verb: Token) -> Iterator[Triple]:
    """The subject of a verb that has none of its own, from the verb it is listed with or hangs on."""
    if verb.pos_ not in {"VERB", "AUX"} or verb.dep_ not in {"conj", "advcl", "xcomp"} or has_subject(verb):
        return
    governor = verb.head
    while governor.dep_ in {"conj", "xcomp", "advcl"} and not has_subject(governor) and governor.head != governor:
        governor = governor.head
    subjects = [c for c in governor.children if c.dep_ in {"nsubj", "nsubjpass"}]
    objects = (
        [c for c in governor.children if c.dep_ == "dobj"] if verb.dep_ == "xcomp" and verb.head == governor else []
    )
    if (
        objects and verb.left_edge.i and verb.nbor(verb.left_edge.i - 1 - verb.i).text == ","
    ):  # a remark on the whole clause
        objects = []
    passive = _passive(verb)
    if governor.dep_ == "acl" and not subjects and governor.tag_ in {"VBG", "VBN"}:
        subjects = [governor.head]
    for subject in objects or subjects:
        if subject.tag_ in {"WDT", "WP"}:
            subject = governor.head  # noqa: PLW2901
        yield verb.i, "patient" if passive else "agent", subject.i


def _passive(verb: Token) -> bool:
    if any(child.dep_ == "auxpass" for child in verb.children):
        return True
    if verb.tag_ == "VBN" and verb.dep_ == "conj":
        own = [c for c in verb.children if c.dep_ == "aux"]
        return not own and _passive(verb.head)
    return verb.tag_ == "VBN" and verb.dep_ in {"advcl", "acl"} and not any(c.dep_ == "aux" for c in verb.children)
