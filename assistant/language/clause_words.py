"""Which words of a sentence are told together: those of one clause, and what it hangs on. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Token

_CLAUSES = frozenset("advcl relcl acl ccomp xcomp pcomp csubj".split())


def clause_of(token: Token) -> Token:
    """The verb whose clause a word stands in."""
    while (
        token.dep_ != "ROOT"
        and token.dep_ not in _CLAUSES
        and not (token.dep_ == "conj" and token.pos_ in {"VERB", "AUX"})
    ):
        token = token.head
    return token


def has_subject(verb: Token) -> bool:
    """Whether the verb has a subject of its own."""
    return any(child.dep_ in {"nsubj", "nsubjpass", "csubj"} for child in verb.children)


def told_with(token: Token) -> set[int]:
    """The words that a figure or date is told of: its clause, what that hangs on, and participles that hang on it.

    A clause with a subject of its own, and what is listed beside it, tell of something else.
    """
    clause = clause_of(token)
    found = _own_words(clause) - _remarks_after(clause, token)
    if clause.dep_ in {"relcl", "acl"}:
        found |= _thing(clause.head)
    if token.i < clause.i and clause.dep_ == "ROOT":  # "In May, it proposed and won …": both in May
        found |= {
            t.i for verb in clause.children if verb.dep_ == "conj" and not has_subject(verb) for t in verb.subtree
        }
    while clause.dep_ in _CLAUSES and not has_subject(clause):
        clause = clause_of(clause.head)
        found |= _own_words(clause)
    if clause.dep_ == "conj" and not has_subject(clause):
        found |= {t.i for child in clause.head.children if child.dep_ in {"nsubj", "nsubjpass"} for t in child.subtree}
        found |= {
            t.i
            for t in clause.doc[: clause.head.i]
            if t.head == clause.head and t.dep_ in {"prep", "npadvmod"}
            for t in t.subtree
        }
    return found


def _remarks_after(clause: Token, token: Token) -> set[int]:
    """What a participle behind a comma adds to a figure: "was 10%, reflecting the use of equity"."""
    return {
        t.i
        for remark in clause.subtree
        if remark.dep_ in {"advcl", "acl"} and remark.tag_ == "VBG" and remark.left_edge.i > token.i
        if remark.left_edge.i and clause.doc[remark.left_edge.i - 1].text == ","
        for t in remark.subtree
    }


def _thing(noun: Token) -> set[int]:
    """The words of the thing that a relative clause is about: its noun with what it is part of."""
    found = set()
    while noun.pos_ not in {"VERB", "AUX"}:
        found |= {noun.i} | {t.i for child in noun.lefts for t in child.subtree}
        found |= {
            t.i for child in noun.children if child.dep_ == "prep" for t in child.subtree if t.dep_ not in _CLAUSES
        }
        if noun.dep_ not in {"pobj", "prep", "compound", "conj", "appos"}:
            break
        noun = noun.head
    return found


def _own_words(clause: Token) -> set[int]:
    found = {t.i for t in clause.subtree}
    for verb in clause.subtree:
        if verb == clause or verb.pos_ not in {"VERB", "AUX"}:
            continue
        beside = verb.dep_ == "conj" and verb.head == clause
        if beside or (
            verb.dep_ in _CLAUSES and verb.dep_ not in {"xcomp", "pcomp", "relcl", "acl"} and has_subject(verb)
        ):
            found -= {t.i for t in verb.subtree}
    return found
