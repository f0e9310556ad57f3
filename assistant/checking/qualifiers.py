"""What may not be left out of a sentence when a part of it is told: "not", "reportedly", "plans to", "if". Pure.

A part may be told without what only adds to it (a place, a manner, a further clause). It may not be
told without what limits it, doubts it, puts it in somebody's mouth or makes it depend on something.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..language.doubt import COMPLEMENTS, DOUBT, HARD, commented, doubts, in_doubt, timed
from ..language.governing import CONDITIONS, governors, taken_back
from ..language.phrases import first_of_list
from ..language.syntax import is_particle, key
from .labels import AUXILIARIES
from .relations import relations
from .scope import set_aside

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_DEGREE = frozenset(
    """about around approximately roughly nearly almost barely hardly scarcely virtually practically some over
    under least most more less fewer only just merely solely exclusively mostly mainly partly partially largely
    half not never no rarely seldom sometimes occasionally usually generally typically often yet once twice
    indirectly initially originally formerly previously temporarily together jointly respectively alone combined
    else""".split()
)
_LIMITING = frozenset(
    """former ex acting interim deputy vice assistant associate proposed planned potential alleged possible
    suspected future designate elect prospective would-be partial minority majority backup reserve outline honorary
    projected expected estimated preliminary provisional tentative conditional temporary maximum minimum rejected
    cancelled canceled failed attempted unsuccessful so-called joint junior other another second third fourth
    fifth next last same different non- anti- false fake unconfirmed supposed reported rumoured rumored intended
    draft mock toy simulated forged imitation artificial counterfeit hoax apparent near presumed borderline mini
    non-binding would-be incoming outgoing then aspiring shadow late old previous early fictional""".split()
)
_PUT_ASIDE = frozenset(
    {"not", "unlike", "except", "rather than", "instead of", "but not", "as opposed", "other than", "without"}
)
_QUANTIFIERS = frozenset(
    "no some any all every each both either neither most many few several half another certain".split()
)
_WHOLE = _QUANTIFIERS | {"the", "only", "not"}
"""With these before it, a thing is told which one by the clause behind it."""
_CONDITIONS = CONDITIONS | {"where", "whenever", "wherever"}
_ENDED = frozenset("until till once".split())
_BOUND_PREPOSITIONS = frozenset(
    """of without except excluding barring pending unless subject according per beyond below above under over up
    within than""".split()
)
_OPINIONS = frozenset(
    "view opinion estimate estimation account word eye judgment judgement theory belief forecast projection".split()
)
_SOME_OF = frozenset("most many some several few certain half".split())
_EMPTY = frozenset("punct det cc case expl intj auxpass mark preconj".split())


def left_out(doc: Doc, kept: set[int]) -> list[str]:
    """The words that may not be missing beside the kept ones; empty where the rest may go."""
    reasons = [
        f"“{doc[i].text}”"
        for i in sorted(
            {
                *_bound(doc, kept),
                *_torn(doc, kept),
                *_not_meant(doc, kept),
                *in_doubt(doc, kept),
                *commented(doc, kept),
                *set_aside(doc, kept),
            }
        )
    ]
    if "?" in doc.text:
        reasons.append("the question mark")
    return reasons


def pieced_together(doc: Doc, kept: set[int]) -> bool:
    """Whether the kept words come from two things of a list without the things themselves."""
    for first in doc:
        chain = _list(first)
        if len(chain) < 2:
            continue
        starts = [chain[0].i, *(member.left_edge.i for member in chain[1:])]
        ends = [start - 1 for start in starts[1:]] + [chain[-1].right_edge.i]
        told = [any(i in kept for i in range(a, b + 1)) for a, b in zip(starts, ends, strict=True)]
        heads = [member.i in kept or _object(member) in kept for member in chain]
        if sum(told) > 1 and any(t and not head for t, head in zip(told, heads, strict=True)):
            return True
    for link in doc:  # "by A in May and, later, by B": a list that the parser did not see
        if (
            link.dep_ == "cc"
            and link.i not in kept
            and not any(c.dep_ == "conj" and c.i > link.i for c in link.head.children)
        ):
            left, right = range(link.head.i + 1, link.i), range(link.i + 1, link.head.right_edge.i + 1)
            if any(i in kept for i in left) and any(i in kept for i in right):
                return True
    return "respectively" in doc.text and any(t.lower_ == "respectively" and t.i not in kept for t in doc)


def _object(preposition: Token) -> int:
    return next((c.i for c in preposition.children if c.dep_ in {"pobj", "pcomp"}), -1)


def _torn(doc: Doc, kept: set[int]) -> Iterator[int]:
    """Halves of a hyphenated word whose other half is kept: "second-largest" is not "largest"."""
    for token in doc:
        if (
            token.text == "-"
            and 0 < token.i < len(doc) - 1
            and not token.nbor(-1).whitespace_
            and not token.whitespace_
        ):
            sides = {token.i - 1, token.i + 1}
            if len(sides & kept) == 1:
                others = sides - kept
                yield from (i for i in others if doc[i].lower_ not in {"a", "an", "the"} and not is_particle(doc[i]))


def _not_meant(doc: Doc, kept: set[int]) -> Iterator[int]:
    """Words that put aside what follows them: "not B", "rather than at B", "instead of B", "except B"."""
    for marker in doc:
        if marker.i in kept or marker.i + 1 >= len(doc):
            continue
        pair = f"{marker.lower_} {marker.nbor(1).lower_}"
        if pair in _PUT_ASIDE:
            begin = marker.i + 2
        elif marker.lower_ in _PUT_ASIDE and not (marker.dep_ == "neg" and marker.head.pos_ in {"VERB", "AUX"}):
            begin = marker.i + 1
        else:
            continue
        scope = [t for t in doc[begin:] if t.left_edge.i == begin and t.i not in {marker.i, marker.head.i}]
        end = max((t.right_edge.i for t in scope), default=begin)
        if any(i in kept for i in range(begin, end + 1)):
            yield marker.i


def _list(first: Token) -> list[Token]:
    if first.dep_ == "conj":
        return []
    chain = [first]
    while following := next((c for c in chain[-1].children if c.dep_ == "conj"), None):
        chain.append(following)
    return chain


def _bound(doc: Doc, kept: set[int]) -> Iterator[int]:
    measured = _measured(doc, kept)
    yield from _parts_of(doc, kept)
    between = {t.i for t in doc if t.dep_ == "prep" and t.head.i in kept and any(c.i in kept for c in t.children)}
    for i in kept | between:
        token = doc[i]
        for child in _children(token):
            if (
                child.i not in kept
                and not any(t.i in kept for t in child.subtree)
                and _binds(child, token, i in measured)
            ):
                yield child.i
        if token.dep_ == "conj" and token.head.i not in kept:
            yield from _either_or(token, kept)
        if token.pos_ in {"VERB", "AUX"} or token.dep_ == "ROOT":
            yield from (governor.i for governor in governors(token, kept))
        elif token.head.i not in kept:
            yield from taken_back(token, kept)


_PARTS = frozenset(
    "part half most some many much majority minority portion fraction share quarter third rest one".split()
)


def _parts_of(doc: Doc, kept: set[int]) -> Iterator[int]:
    """What makes a part of the things that are kept: "four of its eleven clinics", "most of the staff"."""
    for link in doc:
        part = link.head
        if link.lower_ == "of" and link.dep_ == "prep" and part.i not in kept and part.i < link.i:
            partial = key(part)[0] == "value" or part.lower_ in _PARTS
            if partial and any(c.i in kept for c in link.children if c.dep_ == "pobj"):
                yield part.i


def _children(token: Token) -> Iterator[Token]:
    """What hangs on a word, or on the word that it shares its "will" or "not" with."""
    yield from token.children
    while (
        token.dep_ == "conj"
        and token.tag_ in {"VB", "VBN", "VBG"}
        and not any(c.dep_ in {"nsubj", "nsubjpass", "aux"} for c in token.children)
    ):
        token = token.head
        yield from (c for c in token.children if c.dep_ in {"aux", "neg"} or c.lower_ in DOUBT)


def _measured(doc: Doc, kept: set[int]) -> set[int]:
    """The nouns of which a kept figure tells how much they are: nothing that narrows them may go."""
    found = set()
    for head, others in relations(doc).items():
        verb = doc[head].pos_ in {"VERB", "AUX"}
        amounts = [d for role, d in others if d in kept and key(doc[d])[0] == "value" and (verb or role != "mod")]
        if not amounts:
            continue
        if doc[head].pos_ in {"NOUN", "PROPN"}:
            found.add(head)
        found |= {d for role, d in others if role in {"agent", "patient"} and doc[d].pos_ == "NOUN"}
    return found & kept


def _binds(child: Token, head: Token, measured: bool) -> bool:  # noqa: C901, PLR0911, PLR0912 - one case for each label
    """Whether leaving this out would change what is said of its head."""
    dep, word = child.dep_, child.lower_
    if dep == "amod" and word in _QUANTIFIERS and key(head)[0] != "value":
        return True
    if word in {"a", "an", "the"} or child.is_punct:
        return False
    if doubts(child):
        return True
    if dep == "quantmod" and word in {"to", "from", "$", "-", "–"}:
        return False
    if word == "zero" or dep == "neg" or (dep == "det" and word in _QUANTIFIERS) or dep in {"predet", "quantmod"}:
        return not _belongs_to_apposition(child, head)
    if _adds_only(child, head):
        return False
    if dep in _EMPTY or is_particle(child):
        return word in {"either", "neither", "both"} and dep == "preconj"
    if dep == "aux":
        return child.lemma_ not in AUXILIARIES and word != "to"
    if dep == "advmod":
        if head.pos_ in {"NOUN", "PROPN"} and child.i < head.i:  # "the Duke of York (later King James)"
            return True
        return (
            word in _DEGREE
            or (word == "up" and child.nbor(1).lower_ == "to")
            or any(t.lower_ in DOUBT | {"not", "no"} for t in child.subtree)
        )
    if dep == "npadvmod" and (child.ent_type_ in {"DATE", "TIME"} or key(child)[0] == "date"):
        return False
    if dep == "npadvmod" and key(head)[0] == "value":  # "$2.10 a share" is no sum of $2.10
        return True
    if dep == "poss" and child.pos_ in {"NOUN", "PROPN"}:  # Dunn's car is not his car
        return True
    if dep in {"amod", "compound", "nmod", "nummod", "poss", "npadvmod"}:
        return key(head)[0] != "name" and _narrows(child, measured)
    if dep == "prep":
        return _bound_preposition(child, head, measured) or _scoped(child, head)
    if dep in COMPLEMENTS:
        return not any(c.dep_ == "mark" and c.lower_ in {"whereas", "while", "although"} for c in child.children)
    if dep == "advcl":
        if _inverted(child):
            return True
        over = _ENDED if head.tag_ == "VBD" else frozenset()  # what lasted until something did take place
        return word in _CONDITIONS - over or any(
            c.lower_ in _CONDITIONS - over for c in child.children if c.dep_ in {"mark", "advmod"}
        )
    if dep in {"acl", "relcl"}:
        if _after_comma(child) or any(c.lower_ == "to" for c in child.children) or key(head)[0] == "name":
            return False
        told = _WHOLE if child.dep_ == "relcl" else _WHOLE - {"the"}
        return head.dep_ in {"nsubj", "nsubjpass", "attr"} or any(c.lower_ in told for c in head.children)
    if dep == "conj":
        return any(c.lower_ in {"or", "nor"} for c in head.children if c.dep_ == "cc")
    return False


def _inverted(clause: Token) -> bool:
    """Whether a clause is a condition by its order: "should it win", "had it won"."""
    first = next((c for c in clause.children if not c.is_punct), clause)
    return first.dep_ == "aux" and first.lower_ in {"should", "had", "were"}


def _adds_only(child: Token, head: Token) -> bool:
    """Whether a part is a remark behind a comma: ", a view that few share", ", so it must wait"."""
    if child.i < head.i or not _after_comma(child) or child.dep_ in {"neg", "nsubj", "nsubjpass"}:
        return False
    if child.dep_ == "prep" and _by_account_or_condition(child):
        return False
    opening = {child.left_edge.lower_, child.lower_} | {
        c.lower_ for c in child.children if c.dep_ in {"mark", "advmod", "cc"}
    }
    return not opening & (HARD | _CONDITIONS | DOUBT | {"or", "nor", "not", "only"})


def _narrows(child: Token, measured: bool) -> bool:
    if child.lower_ in _LIMITING or any(t.lower_ in _LIMITING for t in child.children):
        return True
    if child.dep_ == "compound" and child.head.dep_ == "attr":  # a backup owner is no owner
        return True
    dated = key(child)[0] == "date" or child.ent_type_ in {"DATE", "TIME"}
    return measured and not dated and child.pos_ not in {"PRON", "DET"}


def _bound_preposition(child: Token, head: Token, measured: bool) -> bool:
    objects = [t for t in child.children if t.dep_ in {"pobj", "pcomp"}]
    if objects and all(key(t)[0] == "date" for t in objects):
        return child.lower_ in {"until", "since", "by", "before", "after"}
    if child.lower_ == "over" and objects and all(t.ent_type_ == "DATE" for t in objects):  # "over the next two years"
        return measured
    if child.lower_ in _BOUND_PREPOSITIONS | HARD or _by_account_or_condition(child):
        return True
    if any(c.lower_ in _SOME_OF for t in objects for c in t.children) and not timed(child):  # "in most cases"
        return True
    amongst = child.lower_ in {"against", "between", "among"}
    return (measured or amongst) and head.pos_ in {"NOUN", "PROPN"}


def _by_account_or_condition(preposition: Token) -> bool:
    """Whether a phrase says in whose view something is so, or on what condition: "by one estimate"."""
    return any(t.lemma_ in _OPINIONS | {"condition"} for t in preposition.children if t.dep_ == "pobj")


def _scoped(child: Token, head: Token) -> bool:
    """Whether a phrase says within what something is such: "safe in adults", "the largest bank in Ellory"."""
    superlative = any(c.tag_ == "JJS" or c.lower_ in {"first", "only", "last"} for c in head.children)
    dated = any(key(t)[0] == "date" or t.ent_type_ in {"DATE", "TIME"} for t in child.children)
    return not dated and (
        head.dep_ == "acomp" or (superlative and head.pos_ == "NOUN" and head.dep_ in {"attr", "appos"})
    )


def _either_or(token: Token, kept: set[int]) -> Iterator[int]:
    """The word that makes a thing one of two, or neither of them: "neither … nor", "either … or", "no … or"."""
    first = first_of_list(token)
    if first == token:
        return
    words = [
        c
        for c in first.children
        if c.lower_ in {"neither", "either", "no", "or", "nor"} and c.dep_ in {"preconj", "det", "cc"}
    ]
    yield from (c.i for c in words if c.i not in kept)


def _belongs_to_apposition(child: Token, head: Token) -> bool:
    """In "A, not B, will own it" the parser hangs "not" on A; it denies B."""
    return child.lower_ == "not" and head.pos_ in {"NOUN", "PROPN"} and child.i > head.i


def _after_comma(clause: Token) -> bool:
    before = clause.left_edge.i - 1
    return before >= 0 and clause.doc[before].text in {",", "—", "–", "(", "-", "--"}
