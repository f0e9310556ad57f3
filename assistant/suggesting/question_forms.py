"""Questions that a sentence answers, made of its own words: who, when, where, why, how many, how much. Pure.

Grammar only. A question is made where all of it stands by itself: it names somebody or something, and points at
nothing outside of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..language.clauses import Clause, main_clause
from ..language.phrases import is_day, is_name, phrase, stands_alone, unit
from ..language.syntax import key
from .composing import Gap, Question, checked, compose, written

if TYPE_CHECKING:
    from spacy.tokens import Token

_STATES = frozenset(
    """be have own hold contain include cost remain stay know belong consist total exceed equal represent account
    comprise employ mean involve cover face feature offer operate need depend concern average measure weigh
    report""".split()
)
"""Verbs of what lasts, which nobody asks the day of."""
_DOES = frozenset(
    """buy acquire sell own found establish lead head run chair design build write direct compose invent discover win
    appoint hire name sign publish develop open close launch recall finance fund sue create produce manufacture make
    supply operate manage defeat beat capture conquer rule govern paint record perform host organise organize""".split()
)
"""What persons and organisations do: "who" may ask for either."""
_SAYS_LITTLE = frozenset(
    "make take do have undergo experience witness achieve see undertake face give get receive reach".split()
)
"""Verbs that say little without a name or figure behind them: "made a significant move"."""
_NAMES_TO = frozenset("name appoint hire elect nominate choose promote".split())
_TRANSFERS = frozenset(
    """pay spend invest raise borrow lend donate earn lose cost save charge owe receive contribute allocate grant
    award""".split()
)
"""Verbs whose object may be money alone."""
_CHANGES = frozenset(
    "rise fall grow increase decrease decline drop climb slip shrink jump slide surge plunge soar tumble".split()
)


def questions(sentence: str) -> list[Question]:
    """The questions that a sentence, given without markup, answers; none where it is no plain statement."""
    clause = main_clause(sentence)
    return [question for form in _FORMS for question in form(clause)] if clause else []


def _who(clause: Clause) -> Iterator[Question]:
    """For the subject: "Who owns the Skarnholm terminal?"."""
    subject, verb = clause.subject, clause.verb
    alone = is_name(subject) and phrase(subject) is not None and not any(c.dep_ == "conj" for c in subject.children)
    lasts = verb.lemma_ in _STATES - {"be", "own"}
    if not alone or lasts or subject.dep_ != "nsubj" or not clause.objects or verb.tag_ == "VBP":
        return
    one_of_a_kind = not clause.copula or any(t.lower_ == "the" for t in clause.objects[0].lefts)  # many are "a banker"
    if (subject.ent_type_ == "PERSON" and one_of_a_kind) or (subject.ent_type_ == "ORG" and verb.lemma_ in _DOES):
        yield from compose(clause, Gap("who", "Who", {subject.i}))


def _who_named(clause: Clause) -> Iterator[Question]:
    """For the person who is given a post: "Who has Tarnquist Foods named as its chief executive?"."""
    post = any(c.dep_ == "prep" and c.lower_ in {"as", "to"} for c in clause.verb.rights)
    for person in clause.objects:
        if post and person.ent_type_ in {"PERSON", ""} and is_name(person) and clause.verb.lemma_ in _NAMES_TO:
            yield from compose(clause, Gap("who", "Who", {person.i}, person))


def _by_whom(clause: Clause) -> Iterator[Question]:
    """For the doer of a passive: "Who founded Acme?", where the verb's two past forms are one."""
    verb, done_to = clause.verb, phrase(clause.subject)
    past = len(clause.helping) == 1 and clause.helping[0].tag_ == "VBD" and verb.text.endswith("ed")
    if not past or done_to is None or not stands_alone(clause.doc, done_to):
        return
    for by in (c for c in verb.rights if c.dep_ == "agent"):
        doer = next((c for c in by.children if c.dep_ == "pobj"), None)
        if doer is None or not is_name(doer) or any(c.dep_ == "conj" for c in doer.children):
            continue
        if doer.ent_type_ == "PERSON" or (doer.ent_type_ == "ORG" and verb.lemma_ in _DOES):
            words = ["Who", *written(clause, {verb.i}), *written(clause, done_to)]
            yield from checked(clause, words, "who", done_to | {verb.i}, {by.i, doer.i})


def _when(clause: Clause) -> Iterator[Question]:
    """For the day: "When will Aurelisk launch its satellite?"."""
    if clause.verb.lemma_ in _STATES | _CHANGES or not (clause.past or any(t.lower_ == "will" for t in clause.helping)):
        return
    for day in _days(clause):
        if any(map(_is_counted, clause.objects)) and not any(key(t)[0] == "date" and key(t)[1][2] for t in day.subtree):
            continue  # what is counted over a month or a year
        for question in compose(clause, Gap("when", "When", {t.i for t in day.subtree}, day)):
            if _says_enough(clause, question) or _known_thing(clause):
                yield question


def _where(clause: Clause) -> Iterator[Question]:
    """For the place: "Where is Acme based?"."""
    places = [c for c in clause.verb.rights if c.dep_ == "prep" and c.lower_ == "in" and _is_place(c)]
    based = clause.subject.dep_ == "nsubjpass" and len(clause.helping) == 1
    does = is_name(clause.subject) and bool(clause.objects) and unit(clause.objects[0]) is None
    if len(places) == 1 and not clause.copula and (based or does):
        days = frozenset(t.i for c in clause.verb.rights if c.dep_ == "prep" and _tells_day(c) for t in c.subtree)
        told = {t.i for t in places[0].subtree}
        yield from compose(clause, Gap("where", "Where", told, places[0], dropped=days))


def _why(clause: Clause) -> Iterator[Question]:
    """For the reason: "Why is Dunmarrow recalling 84,000 tumble dryers?"."""
    for reason in clause.verb.rights:
        linked = reason.dep_ == "advcl" and any(c.dep_ == "mark" and c.lower_ == "because" for c in reason.children)
        if linked or (reason.dep_ == "prep" and reason.lower_ == "because"):
            yield from compose(clause, Gap("why", "Why", {t.i for t in reason.subtree}, reason))


def _how_many(clause: Clause) -> Iterator[Question]:
    """For a number of things: "How many tumble dryers did Dunmarrow recall?"."""
    for things in (clause.subject, *clause.objects):
        counts = [c for c in things.children if c.dep_ == "nummod" and _is_count(c)]
        others = any(c.dep_ in {"det", "poss", "conj", "cc"} for c in things.children)
        whole = phrase(things)
        counted = things.tag_ == "NNS" and things.ent_type_ not in {"DATE", "TIME", "MONEY", "PERCENT"}
        if len(counts) != 1 or others or whole is None or not counted or clause.copula:
            continue
        number = {t.i for t in counts[0].subtree}
        if stands_alone(clause.doc, whole - number):
            front = " ".join(["How many", *written(clause, whole - number)])
            left = None if things == clause.subject else things
            gap = Gap("how many", front, number, left, fronted=frozenset(whole))
            yield from compose(clause, gap)


def _how_much(clause: Clause) -> Iterator[Question]:
    """For a sum that is paid, or that something is: "What was Brennagh's net debt at the end of 2025?"."""
    for amount in clause.objects:
        if not unit(amount) or any(c.dep_ in {"conj", "cc", "appos"} for c in amount.children):
            continue
        told = {t.i for t in amount.subtree if t.dep_ not in {"prep", "pobj"}}
        if clause.copula and clause.subject.pos_ == "NOUN":
            yield from compose(clause, Gap("how much", "What", told, amount))
        elif unit(amount) != "%" and clause.verb.lemma_ in _TRANSFERS:
            yield from compose(clause, Gap("how much", "How much", told, amount))


def _by_how_much(clause: Clause) -> Iterator[Question]:
    """For a change in percent: "By how much did shares in Dunmarrow fall?"."""
    verb = clause.verb
    shares = [c for c in verb.rights if unit(c) == "%" or (c.lower_ == "by" and any(unit(t) == "%" for t in c.rights))]
    if verb.lemma_ in _CHANGES and clause.subject.pos_ == "NOUN" and len(shares) == 1:
        beside = [c for c in verb.rights if c.dep_ == "prep" and not (c.lower_ in {"in", "at"} or _tells_day(c))]
        levels = {t.i for c in beside for t in c.subtree}  # "to 238 pence", "on fears of a strike"
        told = {t.i for t in shares[0].subtree}
        yield from compose(clause, Gap("how much", "By how much", told, shares[0], dropped=frozenset(levels)))


def _reported(clause: Clause) -> Iterator[Question]:
    """For a figure of one's own: "What revenue did Cindrelle Metals report for the first quarter of 2026?"."""
    for thing in clause.objects:
        of = next((c for c in thing.rights if c.dep_ == "prep" and c.lower_ == "of"), None)
        amount = next((c for c in of.children if unit(c)), None) if of else None
        if clause.verb.lemma_ != "report" or of is None or amount is None or thing.tag_ != "NN":
            continue
        asked_for = frozenset(t.i for t in thing.subtree if t.i < of.i)
        if not any(clause.doc[i].dep_ in {"det", "poss", "nummod"} for i in asked_for):
            front = " ".join(["What", *written(clause, set(asked_for))])
            told = {of.i, amount.i, *(t.i for t in amount.lefts)}
            yield from compose(clause, Gap("how much", front, told, thing, fronted=asked_for))


_FORMS: tuple[Callable[[Clause], Iterator[Question]], ...] = (
    _how_many,
    _how_much,
    _by_how_much,
    _reported,
    _why,
    _when,
    _who_named,
    _by_whom,
    _who,
    _where,
)


def _says_enough(clause: Clause, question: Question) -> bool:
    """Whether a question tells what happened: "expand" alone does not, and neither does "make a move"."""
    behind = [clause.doc[i] for i in question.kept if i > clause.verb.i]
    if any(is_name(t) or key(t)[0] == "value" for t in behind):
        return True
    told = [t for t in behind if t.pos_ in {"NOUN", "PROPN", "ADJ", "VERB"}]
    return len(told) > 1 and clause.verb.lemma_ not in _SAYS_LITTLE


def _known_thing(clause: Clause) -> bool:
    """Whether a passive needs no more than its subject: "WhatsApp was founded"; a lone surname says too little."""
    subject = clause.subject
    lone = is_name(subject) and len(subject.text.split()) == 1 and subject.ent_type_ in {"", "PERSON"}
    return subject.dep_ == "nsubjpass" and not lone


def _is_counted(thing: Token) -> bool:
    """Whether it is so many things, or a sum."""
    return bool(unit(thing)) or any(c.dep_ == "nummod" for c in thing.children)


def _days(clause: Clause) -> Iterator[Token]:
    """The phrase that tells the day, at the verb or its object: "on 9 March 2026", "in the second quarter of 2028"."""
    yield from (c for c in clause.verb.children if c.dep_ == "prep" and c.lower_ in {"on", "in"} and _tells_day(c))
    for thing in clause.objects[-1:]:
        last = list(thing.children)[-1:]
        yield from (c for c in last if c.dep_ == "prep" and c.lower_ == "on" and _tells_day(c))


def _tells_day(preposition: Token) -> bool:
    """Whether a preposition governs a date, and nothing besides."""
    below = list(preposition.children)
    several = any(t.dep_ in {"conj", "relcl", "acl"} for t in preposition.subtree)
    return (
        len(below) == 1 and not several and any(map(is_day, preposition.subtree)) and below[0].ent_type_ in {"DATE", ""}
    )


def _is_place(preposition: Token) -> bool:
    below = [c for c in preposition.children if c.dep_ == "pobj"]
    return len(below) == 1 and below[0].ent_type_ == "GPE" and is_name(below[0])


def _is_count(number: Token) -> bool:
    kind, content = key(number)
    return kind == "value" and not content[0] and not content[1].unit and bool(content[1].number >= 2)
