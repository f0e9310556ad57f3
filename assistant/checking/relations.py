"""Who does what to whom in a parsed sentence, whatever its construction. Pure but for the parser.

"A bought B", "B was bought by A", "B, which A bought", "A completed the purchase of B" and "A, having
bought B," all relate the same tokens in the same roles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from ..language.clause_words import clause_of, has_subject
from ..language.syntax import key

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Role = str
Relations = dict[int, list[tuple[Role, int]]]
"""For each token the roles that others have towards it: agent, patient, is, not, modal, mod, of, in, …"""

AUXILIARIES = frozenset({"be", "have", "do"})
MEASURES = frozenset("be become reach total amount stand come equal hit".split())
"""Verbs that say how much something is: revenue was, reached, stood at $5 million."""
CARRIERS = frozenset(
    """make complete conduct undergo finalise finalize undertake perform execute carry have enter hold experience close
    take run give""".split()
)
"""Verbs that only say that the event their object names took place: made an investment, completed the sale."""
_NOUNS = frozenset({"NOUN", "PROPN"})
_MODIFIERS = frozenset("amod nummod nmod advmod npadvmod quantmod predet compound prt".split())
_TIME = frozenset("in on at during as of".split())


Triple = tuple[int, Role, int]


@lru_cache(maxsize=2048)
def stated(doc: Doc) -> frozenset[Triple]:
    """The relations that a sentence states by its own construction: those that must hold for it to hold."""
    found = {triple for token in doc for triple in _direct(token)}
    found |= {triple for token in doc for triple in _shared_subject(token)}
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


def _before_comma(apposition: Token) -> Token:
    """The name that an apposition stands behind, which the parser may have passed over; else what it hangs on."""
    edge = apposition.left_edge.i
    if edge > 1 and apposition.nbor(edge - 1 - apposition.i).text in {",", "("}:
        before = apposition.nbor(edge - 2 - apposition.i)
        if key(before)[0] == "name":
            return before
    return apposition.head


_NAMING = frozenset("name appoint elect call make choose".split())


def _direct(token: Token) -> Iterator[Triple]:  # noqa: C901, PLR0912 - one case for each label
    head, dep = token.head, token.dep_
    if bare := _bare_preposition(token):
        yield _verb_above(token).i, bare, token.i
    elif dep == "nsubj" and head.dep_ in {"ccomp", "oprd"} and head.head.lemma_ in _NAMING and head.pos_ != "VERB":
        yield head.head.i, "patient", token.i
        yield head.head.i, "as", head.i
    elif dep in {"nsubj", "csubj", "expl"}:
        yield head.i, "agent", token.i
    elif (
        dep == "compound" and head.dep_ in {"dobj", "oprd"} and head.head.lemma_ in _NAMING and key(token)[0] == "name"
    ):
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
        yield head.i, role_of_time(token, "mod"), token.i
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


_ORDER = frozenset("before after until since because although though if unless once when whenever provided".split())
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
        role_of_time(token, before.lower_)
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
    yield outer.head.i, role_of_time(token, preposition.lower_ if outer == preposition else outer.lower_), token.i
    if preposition.lower_ == "of" and outer != preposition:
        yield outer.head.i, "of", token.i


def role_of_time(token: Token, otherwise: Role) -> Role:
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


_HAVING = frozenset("have post report record generate achieve register book deliver show earn".split())


def _had(doc: Doc, found: set[Triple]) -> Iterator[Triple]:
    """What somebody has or reports is theirs: "X has a budget of", "X posted revenue of" is "X's budget is"."""
    for head, role, dependent in found:
        if role == "agent" and doc[head].lemma_ in _HAVING and doc[head].pos_ == "VERB":
            for other, other_role, third in found:
                if other == head and other_role == "patient":
                    yield third, "of", dependent


def _shared_subject(verb: Token) -> Iterator[Triple]:
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
        if role == "patient" and verb.lemma_ in _NAMING | _TAKING:  # named X chief executive; took on the role of
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
    if doc[verb].lemma_ in _NAMING:
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
