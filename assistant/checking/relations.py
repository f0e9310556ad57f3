"""Who does what to whom in a parsed sentence, whatever its construction. Pure but for the parser.

"A bought B", "B was bought by A", "B, which A bought", "A completed the purchase of B" and "A, having
bought B," all relate the same tokens in the same roles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from ..language.clause_words import clause_of
from ..language.syntax import key
from .labels import NAMING, Role, Triple, direct, shared_subject

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Relations = dict[int, list[tuple[Role, int]]]
"""For each token the roles that others have towards it: agent, patient, is, not, modal, mod, of, in, …"""

MEASURES = frozenset("be become reach total amount stand come equal hit".split())
"""Verbs that say how much something is: revenue was, reached, stood at $5 million."""
CARRIERS = frozenset(
    """make complete conduct undergo finalise finalize undertake perform execute carry have enter hold experience close
    take run give""".split()
)
"""Verbs that only say that the event their object names took place: made an investment, completed the sale."""
_NOUNS = frozenset({"NOUN", "PROPN"})


@lru_cache(maxsize=2048)
def stated(doc: Doc) -> frozenset[Triple]:
    """The relations that a sentence states by its own construction: those that must hold for it to hold."""
    found = {triple for token in doc for triple in direct(token)}
    found |= {triple for token in doc for triple in shared_subject(token)}
    found |= set(_listed(doc, found)) | set(_had(doc, found)) | set(_opened(doc, found))
    return frozenset(found | set(_identities(doc, found)))


@lru_cache(maxsize=2048)
def relations(doc: Doc) -> Relations:
    """Every relation that follows from a sentence: what it states, and what it says in other constructions."""
    found = set(stated(doc))
    found |= set(_done_by(doc, found))
    found |= set(_of_either(doc, found))
    found |= set(_called(doc, found))
    found |= set(_meant(doc, found))
    found |= set(_listed(doc, found))
    found |= set(_identities(doc, found))
    found |= set(_events(doc, found))
    by_head: Relations = defaultdict(list)
    for head, role, dependent in sorted(found):
        by_head[head].append((role, dependent))
    return by_head


def _listed(doc: Doc, found: set[Triple]) -> Iterator[Triple]:
    """What holds of a list holds of each of its things."""
    for head, role, dependent in found:
        if role not in {"and", "not", "clause"}:
            for other in _listed_with(doc[dependent], verbs=role == "comp"):
                yield head, role, other.i


def _opened(doc: Doc, found: set[Triple]) -> Iterator[Triple]:
    """What stands before the subject is told of every verb of a list: "In May it closed one and opened another"."""
    for head, role, dependent in found:
        verb = doc[head]
        subject = next((c.left_edge.i for c in verb.children if c.dep_ in {"nsubj", "nsubjpass"}), 0)
        if verb.pos_ == "VERB" and dependent < subject and (role == "when" or doc[dependent].dep_ == "pobj"):
            yield from ((other.i, role, dependent) for other in _listed_with(verb, verbs=True))


def _done_by(doc: Doc, found: set[Triple]) -> Iterator[Triple]:
    """Who did it, in a passive clause whose "by" the parser hung on another word of it."""
    done = {head for head, role, _ in found if role == "agent"}
    for head, role, dependent in found:
        if role == "by" and key(doc[dependent])[0] not in {"value", "date"}:
            verb = clause_of(doc[head])
            if verb.i not in done and any(child.dep_ == "auxpass" for child in verb.children):
                yield verb.i, "agent", dependent


def _of_either(doc: Doc, found: set[Triple]) -> Iterator[Triple]:
    """What a clause says of a noun may be said of the one before its preposition: "a plant in Brno, which …"."""
    for clause in doc:
        if clause.dep_ not in {"relcl", "acl"} or clause.head.dep_ != "pobj":
            continue
        higher = clause.head.head.head
        if higher.pos_ in _NOUNS and higher.ent_type_ != "PERSON":
            below = {token.i for token in clause.subtree}
            for head, role, dependent in found:
                if dependent == clause.head.i and role in {"agent", "patient"} and head in below:
                    yield head, role, higher.i


def _called(doc: Doc, found: set[Triple]) -> Iterator[Triple]:
    """What holds of a thing holds of its other name: "its supplier, Rowan Textiles, …"; "X is a film made by Y"."""
    for one, role, other in found:
        if role == "is" and doc[other].dep_ in {"appos", "attr"}:
            apposition = doc[other].dep_ == "appos"
            for head, its_role, dependent in found:
                if its_role in {"is", "and", "as"}:
                    continue
                if dependent == one and apposition and head != other:
                    yield head, its_role, other
                elif dependent == other and head != one and (apposition or doc[head].dep_ in {"acl", "relcl", "conj"}):
                    yield head, its_role, one
                elif head == other and apposition and its_role not in {"clause", "mod"}:
                    yield one, its_role, dependent


_PERSONS = frozenset("he she his her him".split())
_THINGS = frozenset("it its".split())
_KINDS = frozenset("company firm group business".split())


def _meant(doc: Doc, found: set[Triple]) -> Iterator[Triple]:
    """What holds of "it", "her" or "the company" holds of the one name before it that it can stand for."""
    for word in doc:
        person = word.lower_ in _PERSONS
        if not (
            person or word.lower_ in _THINGS or (word.lower_ in _KINDS and word.i and word.nbor(-1).lower_ == "the")
        ):
            continue
        before = [
            t
            for t in doc[: word.i]
            if key(t)[0] == "name"
            and t.ent_type_ not in {"DATE", "TIME", "MONEY", "PERCENT", "CARDINAL", "NORP", "LANGUAGE"}
        ]
        fitting = [
            t
            for t in before
            if (t.ent_type_ == "PERSON") == person and (person or t.ent_type_ not in {"GPE", "LOC", "FAC"})
        ]
        if (
            any(t.dep_ in {"nsubj", "nsubjpass"} for t in fitting)
            and len({key(t) for t in fitting}) == 1
            and (person or len({key(t) for t in before if t.ent_type_ != "PERSON"}) == 1)
        ):
            yield from (
                (head, role, fitting[0].i) for head, role, other in found if other == word.i and head != fitting[0].i
            )


_HAVING = frozenset("have post report record generate achieve register book deliver show earn".split())


def _had(doc: Doc, found: set[Triple]) -> Iterator[Triple]:
    """What somebody has or reports is theirs: "X has a budget of", "X posted revenue of" is "X's budget is"."""
    for head, role, dependent in found:
        if role == "agent" and doc[head].lemma_ in _HAVING and doc[head].pos_ == "VERB":
            for other, other_role, third in found:
                if other == head and other_role == "patient":
                    yield third, "of", dependent


def _listed_with(token: Token, verbs: bool = False) -> Iterator[Token]:
    """The later things of a list that begins with this one: "A, B and C"."""
    if token.pos_ in {"VERB", "AUX"} and not verbs:
        return
    for child in token.children:
        if child.dep_ == "conj":
            yield child
            yield from _listed_with(child, verbs)


def _identities(doc: Doc, found: set[Triple]) -> Iterator[Triple]:
    """What is said to be something: by "is", by an apposition, or as an amount (revenue of, reached, stood at)."""
    for head, role, dependent in found:
        verb, complement = doc[head], doc[dependent]
        if role == "patient" and verb.lemma_ in NAMING | _TAKING:  # named X chief executive; took on the role of
            yield from _office(head, dependent, found, doc)
        amount = key(complement)[0] == "value"
        if verb.lemma_ in MEASURES and (role == "as" or (amount and role in {"patient", "at", "to"})):
            for other, subject_role, subject in found:
                if other == head and subject_role == "agent":
                    yield subject, "is", dependent
        if amount and role == "of" and verb.pos_ in {"NOUN", "PROPN"}:
            yield head, "is", dependent


_TAKING = frozenset("assume take take_over hold fill".split())
_OFFICES = frozenset("role post position office job title".split())


def _office(verb: int, patient: int, found: set[Triple], doc: Doc) -> Iterator[Triple]:
    """What somebody is by being named it, or by taking an office: "was named chair", "took on the role of chair"."""
    if doc[verb].lemma_ in NAMING:
        yield from (
            (patient, "is", third) for head, role, third in found if head == verb and role == "as" and third != patient
        )
    elif doc[patient].lemma_ in _OFFICES:
        for head, role, named in found:
            if head == patient and role in {"of", "as"}:
                yield from ((doer, "is", named) for h, r, doer in found if h == verb and r == "agent")


def _events(doc: Doc, found: set[Triple]) -> Iterator[Triple]:
    """An event named by a noun takes the subject and the circumstances of the verb that only carries it."""
    for head, role, dependent in found:
        verb, noun = doc[head], doc[dependent]
        carried = role == "patient" or (role == "into" and verb.lemma_ == "enter")
        if not (carried and verb.lemma_ in CARRIERS and noun.pos_ == "NOUN"):
            continue
        for other, other_role, third in found:
            if other == head and third != dependent and other_role not in {"patient", "comp", "and"}:
                yield dependent, other_role, third
            elif other == dependent and other_role == "of":
                yield dependent, "patient", third
