"""What puts a whole sentence in doubt or in somebody's mouth: "reputedly", "…, the master said". Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .syntax import key

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

DOUBT = frozenset(
    """reportedly allegedly apparently possibly perhaps probably likely unlikely presumably supposedly purportedly
    ostensibly seemingly nominally notionally hopefully fraudulently effectively potentially theoretically
    hypothetically maybe conceivably arguably tentatively provisionally conditionally""".split()
)
_ACCUSE = frozenset(
    """allege accuse rumour rumor dispute speculate suspect deny allegation rumor false untrue myth contest question
    questionable doubtful unverified unproven wonder""".split()
)
HARD = frozenset("without except excluding barring pending unless subject according if provided assuming".split())
"""What limits a sentence also where it is set off by a comma."""
_SAYS = frozenset(
    """say claim allege argue state report announce write tell add insist estimate warn believe maintain contend assert
    protest murmur suggest think reckon""".split()
)
_OPENS_REMARK = frozenset(', ” " – — ('.split())
_ENDS_REMARK = frozenset(", ; . – — )".split())
COMPLEMENTS = frozenset("dobj attr acomp oprd ccomp xcomp prt csubj".split())


def in_doubt(doc: Doc, kept: set[int]) -> Iterator[int]:
    """Words that put the whole sentence in doubt, wherever the parser hangs them."""
    if not any(doc[i].lemma_.lower() in _ACCUSE for i in kept):
        yield from (t.i for t in doc if t.lemma_.lower() in _ACCUSE and not _of_something_else(t, kept))
    last = max(kept, default=0)
    comma = next((t.i for t in doc if t.text == ","), 0)
    if doc[0].lower_ in HARD and not any(i in kept for i in range(comma)):  # "Barring surprises, …"
        yield 0
    yield from (i for i in _speaker_behind(doc, last) if i not in kept)
    yield from _speaker_between(doc, kept)
    for doubt in doc:
        near = doubt.i < last or not any(t.pos_ in {"VERB", "AUX"} for t in doc[last + 1 : doubt.i])
        if near and doubts(doubt) and doubt.i not in kept and not _of_something_else(doubt, kept):
            yield doubt.i


def doubts(word: Token) -> bool:
    """Whether a word takes certainty away; an adverb of a participle tells how a thing is held: "reputedly"."""
    return word.lower_ in DOUBT or (word.pos_ == "ADV" and word.lower_.endswith("edly"))


def commented(doc: Doc, kept: set[int]) -> Iterator[int]:
    """The word for all that was said before, where it is commented on: "…, but that is a forecast"."""
    for word in doc:
        verb = word.head
        if (
            word.lower_ in {"this", "that", "such"}
            and word.dep_ in {"nsubj", "nsubjpass"}
            and word.tag_ in {"DT", "JJ"}
        ):
            behind = verb.dep_ in {"advcl", "conj", "ccomp", "parataxis"} and verb.head.i in kept
            above = any(c.dep_ == "ccomp" and c.i in kept and c.i < word.i for c in verb.children)
            if (behind or above) and not any(i in kept for i in range(word.i, verb.right_edge.i + 1)):
                yield word.i


def _speaker_behind(doc: Doc, last: int) -> Iterator[int]:
    """The verb of a speaker who is named at the end, or beside: "…, losing bidder Skybridge claimed"."""
    verbs = [t for t in doc if t.i > last and t.pos_ in {"VERB", "AUX"}]
    if verbs and verbs[-1].lemma_ in _SAYS and verbs[-1].tag_ in {"VBD", "VBZ"} and verbs[-1].dep_ != "conj":
        yield verbs[-1].i
    for verb in doc:  # one that has nothing to say of its own speaks of the sentence
        said = [c for c in verb.children if c.dep_ in COMPLEMENTS or (c.dep_ == "prep" and c.lower_ == "of")]
        inverted = all(c.ent_type_ in {"PERSON", "ORG"} for c in said)  # "…, maintains Tove Adair"
        if verb.lemma_ in _SAYS and verb.tag_ in {"VBD", "VBZ"} and verb.dep_ in {"conj", "ROOT"} and inverted:
            yield verb.i


def _speaker_between(doc: Doc, kept: set[int]) -> Iterator[int]:
    """The verb of a speaker who is named between commas: "The ferry was safe, the master said, and …"."""
    for verb in doc[1:-1]:
        if verb.pos_ in {"VERB", "AUX"} and _ends_remark(verb) and verb.i not in kept and verb.dep_ != "relcl":
            begin = next((t.i for t in reversed(doc[: verb.i]) if t.text in _OPENS_REMARK), -1)
            between = doc[begin + 1 : verb.i]
            named = any(t.dep_ in {"nsubj", "nsubjpass"} and t.tag_ not in {"WDT", "WP"} for t in between)
            told_so = verb.lemma_ in _SAYS or any(c.lower_ == "it" for c in verb.children if c.dep_ == "dobj")
            links = [t for t in between if t.dep_ in {"cc", "mark", "dobj"}]
            named = named and all(told_so and t.lower_ in {"so", "as", "it"} for t in links)
            told = [i for i in kept if i < begin]
            if begin > 0 and named and told and not any(begin < i < verb.i for i in kept):
                yield verb.i


def _ends_remark(verb: Token) -> bool:
    """Whether a comma follows a verb, or the day behind it: "the master said," and "the master said on Sunday,"."""
    after = verb.i + 1
    for child in verb.children:
        dated = verb.lemma_ in _SAYS and child.dep_ in {"prep", "npadvmod"} and timed(child)
        if child.i == after and (dated or child.lower_ == "it"):  # "as rumour has it,"
            after = child.right_edge.i + 1
    return after < len(verb.doc) and verb.doc[after].text in _ENDS_REMARK


def timed(phrase: Token) -> bool:
    """Whether a phrase has a date or a time."""
    return any(key(t)[0] == "date" or t.ent_type_ in {"DATE", "TIME"} for t in phrase.subtree)


def _of_something_else(doubt: Token, kept: set[int]) -> bool:
    """Whether a doubt stands within a clause or a thing of which nothing is kept, and that follows what is."""
    top = doubt
    while top.dep_ != "ROOT" and not {t.i for t in top.head.subtree} & kept:
        top = top.head
    apart = top.dep_ in {"advcl", "relcl", "acl", "conj", "parataxis", "dobj", "pobj"}
    return apart and top.left_edge.i > max(kept, default=0)
