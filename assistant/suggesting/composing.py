"""A question put together of a statement's own words, around the part that it asks for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..checking.qualifiers import left_out
from ..language.clauses import Clause
from ..language.phrases import infinitive, is_day, is_name, phrase, prepositional, stands_alone, unit
from ..language.syntax import key

if TYPE_CHECKING:
    from spacy.tokens import Token

Form = Literal["who", "when", "where", "why", "how many", "how much", "news"]
_MOST_WORDS = 14
_NEEDED = frozenset("as to for of by into".split())
"""Prepositions whose phrase does not go where it cannot stay: "named her as its head"."""
_GOES = frozenset("punct cc conj advcl".split())
"""What a question may do without."""
_COMMON = frozenset({"NNS", "DT", "IN", "CD", "PRP$"})
_UNFIT = re.compile(r"[()\"/]|,(?!\d{3})|'(?!s\b)")
_Parts = list[tuple[set[int], bool]]
"""Phrases, each with whether it may go."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the words of its sentence that answer it."""

    text: str
    form: Form
    told: str
    kept: frozenset[int] = frozenset()
    """The words of the parsed sentence that stand in the question."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What is asked for."""

    form: Form
    front: str
    """The words that the question begins with."""
    told: set[int]
    """The words that answer it."""
    left: Token | None = None
    """Where they hang behind the verb; None where the subject is asked for."""
    fronted: frozenset[int] = frozenset()
    """Words of the sentence that stand in front."""
    dropped: frozenset[int] = frozenset()
    """Words that go although they could stay."""


def compose(clause: Clause, gap: Gap) -> Iterator[Question]:
    """The question; none where a part of it does not stand by itself, or too much would be left out."""
    subject, rest = phrase(clause.subject), _rest(clause, gap)
    inverted = gap.left is not None
    named = clause.subject if inverted else None
    if subject is None or rest is None or (inverted and not stands_alone(clause.doc, subject, named)):
        return
    words = [gap.front, *_middle(clause, subject, inverted=inverted)]
    kept = {clause.verb.i, *(t.i for t in clause.helping), *gap.fronted} | (subject if inverted else set())
    while rest and rest[-1][1] and _length(clause, words, rest) > _MOST_WORDS:
        rest = rest[:-1]
    for part, _ in rest:
        if not stands_alone(clause.doc, part, named):
            return
        words += written(clause, part)
        kept |= part
    yield from checked(clause, words, gap.form, kept - gap.told, gap.told)


def checked(clause: Clause, words: Iterable[str], form: Form, kept: set[int], told: set[int]) -> Iterator[Question]:
    """The question, where it reads well, names something and leaves out nothing that limits what it takes for true."""
    text = " ".join(" ".join(words).split())
    telling = [t for i in kept if is_name(t := clause.doc[i]) and (len(t.text.split()) > 1 or not _may_be_many(t))]
    if not telling or len(text.split()) > _MOST_WORDS or _UNFIT.search(text) or not text.isprintable():
        return
    if (0 not in kept or _known_case(clause.doc[0])) and not left_out(clause.doc, kept | told):
        yield Question(f"{text}?", form, " ".join(written(clause, told)), frozenset(kept))


def written(clause: Clause, kept: set[int]) -> list[str]:
    """Kept words as they are written, the first word of the sentence in lower case where it is no name."""
    text = ""
    for i in sorted(kept):
        token = clause.doc[i]
        word = token.text[:1].lower() + token.text[1:] if i == 0 and _common(token) else token.text
        text += word + (" " if token.whitespace_ or i + 1 not in kept else "")
    return [text.strip()] if text.strip() else []


def _middle(clause: Clause, subject: set[int], *, inverted: bool) -> list[str]:
    """Subject and verb, in the order of a question: "did Acme buy", "has been bought"."""
    helping = [t.i for t in clause.helping]
    if not inverted:
        return written(clause, {*helping, clause.verb.i})
    said = written(clause, subject)
    if helping:
        return [clause.doc[helping[0]].lower_, *said, *written(clause, {*helping[1:], clause.verb.i})]
    if clause.copula:
        return [clause.verb.lower_, *said]
    do = {"VBD": "did", "VBZ": "does"}.get(clause.verb.tag_, "do")
    return [do, *said, clause.verb.lemma_.lower()]


def _rest(clause: Clause, gap: Gap) -> _Parts | None:
    """What follows the verb; None where it cannot be told rightly."""
    parts: _Parts = []
    gone = gap.told | gap.dropped
    for child in clause.verb.rights:
        asked_for = child == gap.left and child.dep_ not in {"dobj", "attr"}
        if asked_for or {t.i for t in child.subtree} <= gone or child.dep_ in _GOES:
            continue
        if child.dep_ == "advmod":
            if not parts and child.i == clause.verb.i + 1:  # "performed well"
                return None
            continue
        found = _part(clause, gap, child, first=not parts and not clause.objects)
        if found is None:
            return None
        parts += found
    return parts


def _part(clause: Clause, gap: Gap, child: Token, *, first: bool) -> _Parts | None:
    """What is told of one thing that hangs on the verb; None where it can neither go nor stay."""
    whole: set[int] | None = None
    may_go = False
    doer = child.dep_ == "agent" and clause.subject.dep_ == "nsubjpass"
    if child.lower_ == "by" and not doer and not _tells_time(child):  # "acquired works by Barbara Hepworth"
        return None
    if child == gap.left:
        return _behind_sum(clause, gap, child)
    if child.dep_ == "prt":
        whole = {child.i}
    elif child.dep_ in {"dobj", "attr"}:
        whole = phrase(child)
    elif child.dep_ == "npadvmod" and child.ent_type_ in {"DATE", "TIME"}:
        return []
    elif child.dep_ == "xcomp" and not first and any(c.tag_ == "TO" for c in child.lefts):
        whole = infinitive(child)
    elif child.dep_ in {"prep", "agent"}:  # without its doer, "when was Jacksonville hit" asks for too little
        whole, may_go = prepositional(child), not first
        if whole is None or whole & gap.told or not stands_alone(clause.doc, whole, clause.subject):
            return [] if _tells_time(child) or (may_go and child.lower_ not in _NEEDED) else None
    return None if whole is None else [(whole - gap.told, may_go)]


def _behind_sum(clause: Clause, gap: Gap, asked_for: Token) -> _Parts:
    """What hangs on a sum may be the verb's: "$5 million for the terminal"."""
    sums = [t for t in asked_for.subtree if t.i in gap.told and unit(t) is not None]
    heads = {asked_for, *sums} if sums else ()
    gone = gap.told | gap.fronted | gap.dropped
    loose = [prepositional(p) for t in heads for p in t.rights if p.dep_ == "prep" and p.i not in gone]
    whole = [part for part in loose if part and stands_alone(clause.doc, part, clause.subject)]
    return [(part, True) for part in whole if clause.doc[min(part)].lower_ != "in" or _narrows(clause, part)]


def _narrows(clause: Clause, part: set[int]) -> bool:
    """Whether a phrase names a place or time: in "$5 million in funds" it does not."""
    return any(is_name(clause.doc[i]) or is_day(clause.doc[i]) for i in part)


def _tells_time(preposition: Token) -> bool:
    return any(t.ent_type_ in {"DATE", "TIME"} or key(t)[0] == "date" for t in preposition.subtree)


def _length(clause: Clause, words: Iterable[str], rest: _Parts) -> int:
    return len(" ".join([*words, *(w for part, _ in rest for w in written(clause, part))]).split())


def _may_be_many(name: Token) -> bool:
    """Whether a name of one word says little of who or what is meant: a person's, or "the Act"."""
    return name.ent_type_ == "PERSON" or any(c.lower_ in {"the", "a", "an"} for c in name.lefts)


def _common(first: Token) -> bool:
    """Whether a sentence's first word is written small elsewhere."""
    return first.tag_ == "DT" or (first.tag_ in _COMMON and not first.ent_type_)


def _known_case(first: Token) -> bool:
    """Whether it is known how a sentence's first word is written elsewhere: an unknown name may pass for a noun."""
    return _common(first) or first.pos_ == "PROPN" or bool(first.ent_type_)
