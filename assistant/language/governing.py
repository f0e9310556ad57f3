"""What stands over the kept words of a sentence and takes them back: "refused to", "could", "had expected". Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Token

REPORTS = frozenset(
    """say tell report announce claim state add note warn believe think expect estimate argue suggest insist
    maintain predict forecast hope fear assume understand hear learn write confirm agree propose recommend deny
    doubt suspect allege assert consider plan want intend decide promise pledge vow threaten demand request ask
    order seek aim try fail refuse decline seem appear tend likely unlikely able ready possible""".split()
)
_HAPPENS = frozenset("by after with while since following in through when upon on having".split())
"""Prepositions whose clause tells what took place: "grew by buying"."""
_CARRIED_OUT = frozenset("manage continue".split())
_UNREAL = frozenset(
    """expect forecast predict estimate project hope fear want need seek ask demand request require propose plan intend
    consider lack deny refuse decline reject fail miss avoid rule_out promise pledge threaten warn aim target oppose
    call look prevent block rule doubt imagine suggest allege claim accuse suspect strike remove scrap repeal
    abolish overturn reverse cancel""".split()
)
"""Verbs whose object need not be there: "expects revenue of $5 million"."""
_IDEAS = frozenset(
    """idea claim notion allegation rumor rumour theory view belief myth suggestion fear hope accusation chance
    risk ruling""".split()
)
_ACCOUNTS = frozenset("report estimate forecast projection survey poll rumour rumor source account".split())
"""Subjects that only tell how something is seen: "reports put the number at 23"."""
_NOT_SO = frozenset("not never n't no formerly previously nearly almost barely hardly longer".split())
_BESIDE = frozenset("whereas while although as because since".split())
CONDITIONS = frozenset("if unless whether once until till provided providing assuming lest".split())
"""What leaves open whether something is so."""
_NOT_YET = CONDITIONS | {"before"}


def governors(token: Token, kept: set[int]) -> Iterator[Token]:
    """The words above a verb that take back, delay or merely report what it says, and are not kept."""
    while token.dep_ != "ROOT":
        above, dep = token.head, token.dep_
        if dep in {"ccomp", "xcomp", "csubj", "csubjpass", "parataxis"}:
            beside = any(c.dep_ == "mark" and c.lower_ in _BESIDE for c in token.children)
            happened = above.lemma_ in _CARRIED_OUT or beside or _stands_beside(token, above)
            if above.i not in kept and not happened:
                yield above
        elif dep == "pcomp":
            yield from _above_gerund(above, kept)
        elif above.i not in kept:
            yield from _above_clause(token, above, kept)
        token = above


def _above_gerund(preposition: Token, kept: set[int]) -> Iterator[Token]:
    """What takes back "by closing two plants": a preposition that tells of nothing done, a verb that may not be."""
    if preposition.lower_ not in _HAPPENS and not any(a.i in kept for a in preposition.ancestors):
        yield preposition
    main = next((a for a in preposition.ancestors if a.pos_ in {"VERB", "AUX"}), None)
    if main is not None and main.i not in kept and any(unreal(main, kept)):
        yield main


def _above_clause(verb: Token, above: Token, kept: set[int]) -> Iterator[Token]:
    """What takes back a clause that hangs on a verb or noun which is not kept."""
    if verb.dep_ == "advcl":
        if any(unreal(above, kept)):
            yield above
        yield from (c for c in verb.children if c.lower_ in _NOT_YET or (c.tag_ == "TO" and c.dep_ == "aux"))
        return
    noun = verb.dep_ in {"acl", "relcl"}
    that = noun and any(c.dep_ == "mark" and c.lower_ == "that" for c in verb.children)
    if that or (noun and above.lemma_ in _IDEAS) or _held_open(verb, above):
        yield above


def _held_open(token: Token, above: Token) -> bool:
    """Whether a verb is only what a noun is for ("a plan to build"), or one of two ("closed or sold")."""
    if token.dep_ == "acl":
        return any(c.tag_ == "TO" and c.dep_ == "aux" for c in token.children)
    return token.dep_ == "conj" and any(c.lower_ in {"or", "nor"} for c in above.children if c.dep_ == "cc")


def _stands_beside(token: Token, above: Token) -> bool:
    """Whether two clauses only follow each other, "A closed; B opened", and neither reports or wants the other."""
    if above.lemma_ in REPORTS or token.dep_ == "xcomp":
        return False
    low, high = sorted((token.i, above.i))
    return any(
        t.text in {";", "—", "–"} or (t.text == "," and t.nbor(1).lower_ in {"so", "but", "and", "yet"})
        for t in token.doc[low:high]
    )


def taken_back(token: Token, kept: set[int]) -> Iterator[int]:
    """The words above a kept noun, none of them kept, that leave open whether there is such a thing.

    A name is there whatever is said of it; revenue that was expected is not.
    """
    if token.pos_ != "NOUN" and token.ent_type_ != "MONEY":
        return
    while token.dep_ != "ROOT" and token.head.i not in kept:
        token = token.head
        yield from (c.i for c in token.children if c.lower_ in _NOT_SO and c.i not in kept and c.dep_ in {"det", "neg"})
        if token.pos_ in {"VERB", "AUX"}:
            yield from unreal(token, kept)
            if token.dep_ not in {"xcomp", "ccomp", "pcomp"}:
                return


def unreal(verb: Token, kept: set[int]) -> Iterator[int]:
    """What keeps an unkept verb from having taken place: itself, its "not" or "may", or that an account has it so."""
    accounts = [c for c in verb.children if c.dep_ == "nsubj" and c.lemma_ in _ACCOUNTS and c.i not in kept]
    if verb.lemma_ in _UNREAL or accounts:
        yield verb.i
    for child in verb.children:
        modal = child.dep_ == "aux" and child.tag_ == "MD"
        if child.i not in kept and (modal or child.lower_ in _NOT_SO):
            yield child.i
