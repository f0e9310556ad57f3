"""A claim in other words than its sentence: where each of its words stands there, so that both relate them alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..language.clause_words import clause_of
from ..language.phrases import first_of_list, same_list
from ..language.senses import names_event, same_sense
from ..language.syntax import is_particle, key, lemma, same
from .labels import AUXILIARIES, Triple
from .leaving_out import spoken
from .relations import CARRIERS, MEASURES, Relations, relations, stated
from .roles import related

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_MOST_TRIES = 3000
_VERBS = frozenset({"VERB", "AUX"})
_NOUNS = frozenset({"NOUN", "PROPN"})


def reworded(claim: Doc, quote: Doc) -> Iterator[set[int]]:
    """The quote's words that stand for the claim's, for each way in which all relations of the claim hold there."""
    wanted = [t for t in claim if _content(t)]
    options = {t.i: [q.i for q in quote if _stands_for(t, q)] for t in wanted}
    if not wanted or not all(options.values()):
        return
    claimed, quoted = _triples(claim), relations(quote)
    order = sorted(wanted, key=lambda t: (len(options[t.i]), t.i))
    tries = [0]
    for chosen in _assign(order, options, claimed, (claim, quote, quoted), {}, tries):
        if _lists_kept(claim, quote, chosen):
            yield set(chosen.values()) | _carriers(quote, quoted, chosen, claim)


def _content(token: Token) -> bool:
    """Whether a word of the claim must be found in the quote."""
    if not spoken(token) or token.dep_ in {"case", "cc", "expl"}:
        return False
    if token.pos_ in {"ADP", "SCONJ", "CCONJ", "PART"} and token.dep_ not in {"neg", "prt", "advmod", "quantmod"}:
        return False
    if token.lemma_ in AUXILIARIES and (token.pos_ == "AUX" or token.lemma_ == "have"):
        return False
    if token.tag_ in {"WDT", "WP", "WRB", "PRP$", "EX"}:
        return False
    return not _tells_amount(token) and not is_particle(token)


def _tells_amount(verb: Token) -> bool:
    """A verb that only links a thing and its amount."""
    return (
        verb.lemma_ in MEASURES
        and verb.pos_ in _VERBS
        and any(
            role in {"as", "patient", "at", "to"}
            and (key(verb.doc[d])[0] == "value" or verb.lemma_ in {"be", "become"})
            for role, d in relations(verb.doc).get(verb.i, [])
        )
    )


def _stands_for(claimed: Token, quoted: Token) -> bool:
    if same(key(claimed), key(quoted)) or _surname(claimed, quoted) or _spelled_alike(claimed, quoted):
        return not (claimed.pos_ in _VERBS and quoted.pos_ in _VERBS) or _same_time(claimed, quoted)
    if key(claimed)[0] != "word" or key(quoted)[0] != "word":
        return False
    one, other = lemma(claimed), lemma(quoted)
    if claimed.pos_ in _VERBS and quoted.pos_ in _NOUNS:
        return names_event(other, one)
    if claimed.pos_ in _NOUNS and quoted.pos_ in _VERBS:
        return names_event(one, other)
    if (claimed.pos_ in _VERBS) != (quoted.pos_ in _VERBS):
        return False
    return same_sense(one, other) and (claimed.pos_ not in _VERBS or _same_time(claimed, quoted))


def _spelled_alike(claimed: Token, quoted: Token) -> bool:
    """One form of a word, whatever the tagger made of it: "the steamer" is not "more steam"."""
    words = key(claimed)[0] == key(quoted)[0] == "word"
    whole = "_" not in f"{key(claimed)[1]}{key(quoted)[1]}"
    alike = words and whole and claimed.lower_ == quoted.lower_
    return alike and (claimed.pos_ in _VERBS) == (quoted.pos_ in _VERBS)


def _surname(claimed: Token, quoted: Token) -> bool:
    """Whether a name is the last one of a person whom the quote names in full."""
    person = quoted.ent_type_ == "PERSON" and key(quoted)[0] == key(claimed)[0] == "name"
    return person and len(key(quoted)[1]) > 1 and key(claimed)[1] == key(quoted)[1][-1:]


def _same_time(claimed: Token, quoted: Token) -> bool:
    one, other = _time(claimed), _time(quoted)
    return one is None or other is None or one == other


def _time(verb: Token) -> str | None:
    """Past, present or going on; None for a form that leaves it open."""
    helpers = [c for c in verb.children if c.dep_ in {"aux", "auxpass"}]
    if any(h.tag_ == "MD" for h in helpers):
        return None  # the modal itself must be there
    finite = {h.tag_ for h in helpers} | {verb.tag_}
    if any(h.lemma_ == "have" and h.tag_ in {"VBZ", "VBP"} for h in helpers):
        return "past"
    if "VBD" in finite:
        return "going on" if verb.tag_ == "VBG" else "past"
    if finite & {"VBZ", "VBP"}:
        return "going on" if verb.tag_ == "VBG" else "present"
    return None


def _triples(claim: Doc) -> list[tuple[int, str, int]]:
    """What the claim says, each relation once, between words of content."""
    return [
        (head, role, dependent)
        for head, role, dependent in sorted(stated(claim))
        if _content(claim[dependent])
        and (_content(claim[head]) or claim[head].lemma_ in MEASURES | AUXILIARIES)
        and not (role == "clause" and claim[head].pos_ in _NOUNS)  # the noun's role in the clause says it
    ]


def _assign(
    order: Sequence[Token],
    options: Mapping[int, Sequence[int]],
    claimed: Sequence[Triple],
    docs: tuple[Doc, Doc, Relations],
    chosen: dict[int, int],
    tries: list[int],
) -> Iterator[dict[int, int]]:
    tries[0] += 1
    if tries[0] > _MOST_TRIES:
        return
    if len(chosen) == len(order):
        if _all_hold(claimed, docs, chosen):
            yield dict(chosen)
        return
    token = order[len(chosen)]
    for place in options[token.i]:
        if place in chosen.values():
            continue
        chosen[token.i] = place
        if _all_hold([c for c in claimed if token.i in (c[0], c[2])], docs, chosen):
            yield from _assign(order, options, claimed, docs, chosen, tries)
        del chosen[token.i]


def _all_hold(claimed: Sequence[Triple], docs: tuple[Doc, Doc, Relations], chosen: Mapping[int, int]) -> bool:
    claim, quote, quoted = docs
    for head, role, dependent in claimed:
        if dependent not in chosen:
            continue
        if head in chosen:
            places = [chosen[h] for h in (head, *_other_heads(claim, head, role, dependent)) if h in chosen]
            told = set(chosen.values())
            if not any(related(quote, quoted, place, role, chosen[dependent], told) for place in places):
                return False
        elif not _content(claim[head]) and not _holds_of_link(docs, head, role, dependent, chosen):
            return False
    return True


def _other_heads(claim: Doc, head: int, role: str, dependent: int) -> Iterator[int]:
    """What else a phrase of the claim can hang on: parsers guess whether it is the verb, its object or a clause."""
    token = claim[head]
    if claim[dependent].dep_ in {"pobj", "pcomp"} or role == "when":
        while token.dep_ != "ROOT" and not _has_own_subject(token):
            token = token.head
            yield token.i
    elif claim[dependent].dep_ in {"relcl", "acl"} or role in {"agent", "patient"}:
        return


def _has_own_subject(token: Token) -> bool:
    return any(child.dep_ in {"nsubj", "nsubjpass"} for child in token.children)


def _holds_of_link(
    docs: tuple[Doc, Doc, Relations], head: int, role: str, dependent: int, chosen: Mapping[int, int]
) -> bool:
    """A relation to "is" or "reached": the thing and what it is are related; the rest stands in the same clause."""
    claim, quote, quoted = docs
    if role in {"agent", "as", "patient", "at", "to", "comp", "clause", "and"}:
        return True  # the "is" relation between subject and complement is checked by itself
    sides = [
        chosen[d]
        for r, d in relations(claim).get(head, [])
        if d in chosen and d != dependent and r in {"agent", "as", "patient", "at", "to"}
    ]
    place = chosen[dependent]
    hosts = {h for h, others in quoted.items() if (role, place) in others}
    return not sides or any(clause_of(quote[h]) == clause_of(quote[s]) or h == s for h in hosts for s in sides)


def _lists_kept(claim: Doc, quote: Doc, chosen: dict[int, int]) -> bool:
    """Whether things of one list are one in the claim too, and an amount given to a list is not given to one of it."""
    items = [
        (c, q) for c, q in chosen.items() if quote[q].dep_ == "conj" or any(x.dep_ == "conj" for x in quote[q].children)
    ]
    for c, q in items:
        for other_c, other_q in items:
            if (
                q < other_q
                and quote[q].pos_ not in _VERBS
                and same_list(quote[q], quote[other_q])
                and not same_list(claim[c], claim[other_c])
            ):
                return False
    told = set(chosen.values())
    for _, q in items:
        first = first_of_list(quote[q])
        verb = first.head
        partly = verb.pos_ in _VERBS and first.dep_ in {"nsubj", "nsubjpass", "dobj"} and quote[q].pos_ not in _VERBS
        members = {t.i for t in quote if t.i == first.i or (t.dep_ == "conj" and same_list(t, first))}
        if (
            partly
            and not members <= told
            and any(
                key(quote[i])[0] == "value" and quote[i].head in {verb, *[c for c in verb.children if c.dep_ == "prep"]}
                for i in told
            )
        ):
            return False
    return True


def _carriers(quote: Doc, quoted: Relations, chosen: dict[int, int], claim: Doc) -> set[int]:
    """The quote's verbs that carry what was matched by its noun or amount: their "not" and "may" count too."""
    found = set()
    for claimed, place in chosen.items():
        if quote[place].pos_ == "NOUN" and claim[claimed].pos_ in _VERBS:
            found |= {
                h for h, others in quoted.items() if quote[h].lemma_ in CARRIERS and any(d == place for _, d in others)
            }
    told = set(chosen.values())
    for head, others in quoted.items():
        if quote[head].lemma_ in MEASURES and quote[head].pos_ in _VERBS:
            sides = [
                {d for r, d in others if d in told and r in roles}
                for roles in ({"agent"}, {"as", "patient", "at", "to"})
            ]
            found |= {head} if all(sides) else set()
    return found
