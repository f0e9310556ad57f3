"""Whether a quote relates two of its words as a claim does, or in a way that says the same. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..language.clause_words import clause_of
from ..language.phrases import same_list
from ..language.syntax import key
from .labels import Role
from .relations import Relations
from .rivals import may_hold

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_VERBS = frozenset({"VERB", "AUX"})
_NOUNS = frozenset({"NOUN", "PROPN"})


def related(quote: Doc, quoted: Relations, head: int, role: Role, dependent: int, told: set[int]) -> bool:
    """Whether the quote relates two of its words so, or may; `told` are the words that stand for the claim's."""
    if role in {"as", "comp"} and {(r, dependent) for r in ("as", "comp")} & set(quoted.get(head, [])):
        return True  # "found it guilty"
    return _holds(quote, quoted, head, role, dependent, told) or may_hold(quote, quoted, head, role, dependent)


def _holds(  # noqa: PLR0911 - one case for each role
    quote: Doc, quoted: Relations, head: int, role: str, dependent: int, told: set[int]
) -> bool:
    """Whether the quote relates the two in this way, or in one that says the same."""
    there = {r for r, d in quoted.get(head, []) if d == dependent}
    if role in there:
        return True
    back = {r for r, d in quoted.get(dependent, []) if d == head}
    if role in {"of", "mod"} and (there & {"of", "mod", "is"} or ("is" in back and role == "mod")):
        return True
    if role in {"of", "mod"} and quote[head].pos_ in _NOUNS and there & {"at"}:  # "revenue at X" is X's
        return True
    if role in {"of", "mod"}:
        return False
    if role == "is":
        return "is" in there | back or ("mod" in there and not _list_between(quote, dependent, head))
    if role in {"comp", "clause"}:
        return bool(there & {"comp", "clause"}) or (role == "clause" and _share_a_doer(quoted, head, dependent))
    if role == "and":
        return bool((there | back) & {"and"}) or same_list(quote[head], quote[dependent])
    if role in {"agent", "patient"}:
        return (
            role == "patient" and "of" in there and quote[head].pos_ == "NOUN"
        )  # the event's noun stands for the claim's verb
    if role in {"not", "modal"}:
        return False
    # Where a circumstance hangs is the parser's weakest guess: the same preposition in the same clause counts.
    inside = role == "when" and quote[dependent].dep_ not in {"pobj", "npadvmod"}  # "the 2019 contract"
    hosts = [
        h
        for h, o in quoted.items()
        if (role, dependent) in o and (quote[h].pos_ in _VERBS or (h in told and not inside))
    ]
    return any(clause_of(quote[h]) == clause_of(quote[head]) for h in hosts) or (
        role == "when" and any(_leads(quote[h], quote[dependent], quote[head]) for h in hosts)
    )


def _share_a_doer(quoted: Relations, one: int, other: int) -> bool:
    """Whether two verbs tell of the same thing: "Founded in 1962, X employs" and "X, founded in 1962, employs"."""
    doers = [{d for role, d in quoted.get(verb, []) if role in {"agent", "patient"}} for verb in (one, other)]
    return bool(doers[0] & doers[1])


def _list_between(quote: Doc, one: int, other: int) -> bool:
    return any(t.dep_ == "cc" or t.text == "," for t in quote[min(one, other) : max(one, other)])


def _leads(main: Token, date: Token, verb: Token) -> bool:
    """Whether a date before the main verb also dates this participle: "In May it cut debt, reducing …"."""
    clause = clause_of(verb)
    undated = not any(key(t)[0] == "date" for t in clause.subtree if t.i > clause.i)
    return date.i < main.i and clause.dep_ in {"advcl", "conj", "xcomp"} and clause.head == main and undated
