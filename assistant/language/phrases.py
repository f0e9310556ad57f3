"""Parts of a sentence: which words of a phrase belong together, and which phrases stand by themselves. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .syntax import key

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_POINTING = frozenset(
    """this that these those such another other others same further additional previous latter former following
    respective own last next current recent latest earlier later past coming said several many few more most less
    least both each every either all any some various certain similar different remaining rest""".split()
)
"""What points out of the sentence, or leaves open how many or which ones are meant."""
_POINTING_TAGS = frozenset({"JJR", "RBR", "EX", "WDT", "WP", "WRB"})
_BESIDE = frozenset("det amod compound nummod nmod poss case quantmod prep pobj cc conj appos".split())
_APART = frozenset("appos relcl acl advcl prep amod".split())
"""What may go with the comma before it."""
_NO_NAMES = frozenset({"DATE", "TIME", "NORP", "CARDINAL", "ORDINAL", "MONEY", "PERCENT"})


def phrase(noun: Token) -> set[int] | None:
    """A noun with what narrows it, less asides between commas; None where a part of it could neither go nor stay."""
    kept = {noun.i}
    for child in noun.children:
        before = noun.doc[child.left_edge.i - 1].text if child.left_edge.i else ""
        aside = child.i > noun.i and before == "," and child.dep_ in _APART
        if aside or child.text == ",":
            continue
        below = _of(child) if child.dep_ in _BESIDE else None
        if below is None:
            return None
        kept |= below
    return kept


def _of(child: Token) -> set[int] | None:
    """What hangs on a noun, whole."""
    if child.dep_ in {"det", "cc", "case"}:
        return {child.i}
    if child.dep_ == "prep":
        return prepositional(child)
    if child.dep_ in {"poss", "conj", "appos", "nmod", "compound"}:
        return phrase(child)
    found = {t.i for t in child.subtree}
    return None if any(child.doc[i].is_punct and child.doc[i].text != "-" for i in found) else found


def before_in_list(token: Token) -> Iterator[Token]:
    """What stands before a word in the list that it is part of, the nearest first: C of "A, B and C" gives B and A."""
    while token.dep_ == "conj":
        token = token.head
        yield token


def first_of_list(token: Token) -> Token:
    """The first of the list that a word is part of, on which the whole list hangs; the word itself outside a list."""
    *_, first = (token, *before_in_list(token))
    return first


def same_list(one: Token, other: Token) -> bool:
    """Whether two words are things of one list."""
    return bool(first_of_list(one).i == first_of_list(other).i)


def prepositional(preposition: Token) -> set[int] | None:
    """A preposition and its noun; None where it governs something else."""
    below = list(preposition.children)
    if len(below) != 1 or below[0].dep_ != "pobj":
        return None
    noun = phrase(below[0])
    return None if noun is None else {preposition.i} | noun


def infinitive(verb: Token) -> set[int] | None:
    """What something is done for: "to enlarge the terminal"; None where it is more than a verb and its object."""
    kept = {verb.i}
    for child in verb.children:
        if child.dep_ == "punct":
            continue
        below = phrase(child) if child.dep_ == "dobj" else prepositional(child) if child.dep_ == "prep" else None
        if child.dep_ in {"aux", "prt"}:
            below = {child.i}
        if below is None:
            return None
        kept |= below
    return kept


def is_name(token: Token) -> bool:
    """Whether a token names somebody or something, and is no day or nationality."""
    named = key(token)[0] == "name" and token.pos_ == "PROPN" and token.ent_type_ not in _NO_NAMES
    return named and any(word[:1].isupper() for word in token.text.split()) and len(token.text) > 2


def is_day(token: Token) -> bool:
    """Whether a token is a date with its year."""
    kind, content = key(token)
    return kind == "date" and content[0] is not None


def unit(token: Token) -> str | None:
    """The unit of a figure, "" for a bare number; None for what is no figure."""
    kind, content = key(token)
    return str(content[1].unit) if kind == "value" else None


def stands_alone(doc: Doc, kept: set[int], subject: Token | None = None) -> bool:
    """Whether kept words are understood without the text around them.

    "The model" is not; "the model of Mayo Clinic" is. "Its" is where the subject, which is kept, is a name.
    """
    return all(_understood(doc[i], kept, subject) for i in kept)


def _understood(token: Token, kept: set[int], subject: Token | None) -> bool:
    if token.tag_ == "PRP$":
        return subject is not None and is_name(subject) and _agrees(token, subject)
    if token.pos_ == "PRON" or token.lower_ in _POINTING or token.tag_ in _POINTING_TAGS:
        return False
    if token.lower_ == "the":
        return _told_which(token.head, kept)
    return token.ent_type_ not in {"DATE", "TIME"} or _dated(token, kept)


def _agrees(possessive: Token, subject: Token) -> bool:
    """Whether a possessive may be the subject's own."""
    return possessive.lower_ in ({"his", "her"} if subject.ent_type_ == "PERSON" else {"its"})


def _told_which(noun: Token, kept: set[int]) -> bool:
    """Whether a definite thing is told apart by a name, a nationality or a date with it: not "the Prime Minister"."""
    own = is_name(noun) and bool(noun.ent_type_)
    return own or any(
        t.i in kept and (is_name(t) or t.ent_type_ == "NORP" or is_day(t)) for t in noun.subtree if t != noun
    )


def _dated(token: Token, kept: set[int]) -> bool:
    """Whether a time is counted from no day outside of the sentence: "2026", "the end of 2026", not "Tuesday"."""
    near = [token, *(a for a in token.ancestors if a.ent_type_ in {"DATE", "TIME"})]
    return is_day(token) or any(is_day(t) for above in near for t in above.subtree if t.i in kept)
