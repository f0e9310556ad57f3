"""What a follow-up question may mean: whole questions made of it and of the conversation, the likeliest first. Pure.

Nothing is generated. A reading is the follow-up with a name or noun of an earlier turn in the place of "it", or an
earlier question with the new name, date or question word in the place of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..language.syntax import FORMS, key, parse
from .asking import asked
from .conversation import Turn
from .within import is_title, named_article, within

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_MOST, _ARTICLES = 4, 2
"""Readings that are weighed against each other, and further ones within an article that was cited."""
_LEADING = re.compile(
    r"(?:(?:and|but|so|ok(?:ay)?|also|then|well|alright|right|thanks|yes|no|hm+)\b[,.]?\s+)*"
    r"(?:(?:what|how) about\s+|same (?:question )?(?:for|about)\s+)?",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?P<wh>why|how come|when|where|who|how much|how many|how|since when|until when|by when|by whom|by how much)"
    r"(?: (?:is|was|were|does|did|will) (?:that|this|it|so)(?: so)?| exactly| not| though| then| so)?[\s?.!]*",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"(?:(?:are )?you sure(?: about (?:that|this|it))?|really|who (?:says|said)(?: (?:so|that|this|it))?|says who"
    r"|(?:what(?:'s| is) )?(?:the|your) source|source|according to whom|is that (?:true|right|correct))[\s?.!]*",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:please |can you |could you )?"
    r"(?:(?:tell me|say|give me)(?: a bit)? more(?: details?)?(?: (?:about|on) (?:it|that|this|them))?"
    r"|(?:any|some)?(?:thing| )?more(?: details?)?|anything else|what else(?: (?:do|does) .{0,30}(?:say|know))?|go on"
    r"|(?:explain|elaborate)(?: (?:on )?(?:that|this|it))?|details?)[\s?.!]*",
    re.IGNORECASE,
)
_THING = frozenset("it its itself this that".split())
_PERSON = frozenset("he she him her his hers himself herself".split())
_SEVERAL = frozenset("they them their theirs these those both".split())
_NO_PERSON = frozenset("GPE LOC DATE NORP MONEY PERCENT CARDINAL ORDINAL".split())
_POSSESSIVE = frozenset("its his her their hers theirs".split())
_BODIES = frozenset(
    """company firm group business organisation organization bank club insurer utility operator maker manufacturer
    retailer charity agency union regulator ministry museum hospital university institute party airline carrier team
    council authority""".split()
)
_AUXILIARIES = frozenset("did does do is are was were has have had will would can could should may might".split())
_WH = frozenset("what which who whom whose when where why how".split())
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_YEAR_OFF = re.compile(
    r"(?:in |for )?(?:the )?(?:(?P<before>year before|previous year|prior year|year earlier|last year)"
    r"|(?P<after>year after|following year|next year))[\s?.!]*",
    re.IGNORECASE,
)


def settled(turns: Sequence[Turn]) -> list[Turn]:
    """The turns with every question understood; where nobody told how, by its likeliest reading."""
    found: list[Turn] = []
    for turn in turns:
        understood = turn.understood or readings(turn.question, found)[0]
        own, title = named_article(understood)
        if any(is_title(cited, title) for before in (*found, turn) for cited in before.titles):
            understood = own
        found.append(replace(turn, understood=_capitalised(understood, turn)))
    return found


def _capitalised(question: str, turn: Turn) -> str:
    """The question with the names that were cited written as they are cited: "tarnquist" as "Tarnquist".

    A word that is written small elsewhere there is no name: "Shares fell" opens a sentence.
    """
    cited = [*turn.titles, *turn.quotes]
    small = {word for text in cited for word in re.findall(r"\b[a-z]\w+", text)} | _BODIES
    words = {word for text in cited for name in _names_of(text) for word in re.findall(r"\b[A-Z]\w{3,}", name.text)}
    for word in sorted(words):
        if word.lower() not in small:
            question = str(re.sub(rf"\b{word.lower()}\b", word, question))
    return question


def readings(question: str, turns: Sequence[Turn]) -> list[str]:
    """At most six whole questions that a follow-up may mean, the likeliest first; `turns` are settled.

    A question that stands alone comes back as it is. One that names nobody may belong to what was talked of, to an
    article that was cited, or be about something new: it comes back in all forms.
    """
    body = question[match.end() :] if (match := _LEADING.match(question)) else question
    if not turns or not body.strip(" ?.!"):
        return [question]
    for turn in turns:
        body = _capitalised(body, turn)
    doc = parse(body)
    phrase = _of_a_phrase(body, turns[-1])
    found = phrase or _of_a_sentence(body, doc, turns)
    if not phrase and not asked(body).names:
        in_article = [within(body, title) for title in _cited_titles(turns)]
        of_a_part = not any(t.pos_ in {"VERB", "AUX"} for t in doc) and any(t.lower_ in _WH for t in doc)
        found = [*in_article, *found] if of_a_part else [*found[:_MOST], *in_article]  # "for how long?", "how big?"
    found = [*found, *_alone(body, question)][: _MOST + _ARTICLES]
    return list(dict.fromkeys(" ".join(text.split()) for text in found or [question]))


def _cited_titles(turns: Sequence[Turn]) -> list[str]:
    """Titles of the articles cited last, the first cited of each turn."""
    return list(dict.fromkeys(turn.titles[0] for turn in reversed(turns) if turn.titles))[:_ARTICLES]


def _of_a_phrase(body: str, last: Turn) -> list[str]:
    """What "why?", "tell me more" and "are you sure?" ask after the last question; empty for anything else."""
    if _AGAIN.fullmatch(body):
        return [last.understood]
    if _MORE.fullmatch(body):
        return [f"Tell me about {_topic(last)}."]
    bare = _BARE.fullmatch(body)
    return [*_asked_otherwise(bare["wh"], last), last.understood] if bare else []


def _of_a_sentence(body: str, doc: Doc, turns: Sequence[Turn]) -> list[str]:
    """What a follow-up asks that points back or names nobody; empty for one that stands alone."""
    if not any(t.pos_ in {"VERB", "AUX"} for t in doc):
        return list(_of_fragment(body, doc, turns))
    if (pronoun := _pronoun(doc)) and (found := list(_with_antecedent(body, pronoun, turns))):
        return found
    if asked(body).names:
        return []
    return [_attached(body, doc, subject) for subject in _subjects(turns)]


def _alone(body: str, question: str) -> list[str]:
    """The question itself where it may be about something new: a whole one, without a word that points back."""
    whole = not any(w in _BODIES for w in re.findall(r"\b(?:the|that|this) (\w+)", body.lower()))
    whole = whole and not _AGAIN.fullmatch(body) and not _MORE.fullmatch(body) and not _BARE.fullmatch(body)
    doc = parse(body)
    return [question] if whole and any(t.pos_ in {"VERB", "AUX"} for t in doc) and not _pronoun(doc) else []


def _names_of(text: str) -> list[Token]:
    """The names of a text, in their order."""
    known = asked(text).names
    return [t for t in parse(text) if key(t)[0] == "name" and (key(t) in known or t.i > 0 or len(t.text.split()) > 1)]


def _subject(turn: Turn) -> str:
    """Whom or what a turn was about: the name its question has, or the first of the article that answered it."""
    own = [str(t.text) for t in _names_of(turn.understood)]
    if own:
        return own[0]
    cited = [str(t.text) for title in turn.titles for t in _names_of(title)]
    words = set(re.findall(r"\w{4,}", turn.understood.lower()))
    named = [name for name in cited if words & set(re.findall(r"\w{4,}", name.lower()))]
    return next(iter(named or cited), "")


def _subjects(turns: Sequence[Turn]) -> list[str]:
    """What the last turns were about, the last one first."""
    return list(dict.fromkeys(filter(None, map(_subject, reversed(turns)))))


def _things(turn: Turn) -> list[Token]:
    """What a question speaks of without a name: "the model"; the noun it asks for last."""
    doc = parse(turn.understood)
    heads = [c.root for c in doc.noun_chunks if c.root.pos_ == "NOUN" and c.root.lower_ not in _WH]
    return sorted(heads, key=_asked_for)


def _asked_for(noun: Token) -> bool:
    return any(c.lower_ in _WH for c in noun.subtree) or noun.dep_ == "attr"


def _phrase(noun: Token) -> str:
    """A noun with what narrows it, less question words."""
    kept = [
        t
        for t in noun.lefts
        if t.dep_ in {"compound", "amod", "nmod", "poss", "det"} and t.lower_ not in _WH | {"many", "much"}
    ]
    start = min((t.left_edge.i for t in kept), default=noun.i)
    return str(noun.doc[start : noun.i + 1].text)


def _topic(turn: Turn) -> str:
    subject, things = _subject(turn), _things(turn)
    if not things:
        return subject or turn.understood.strip(" ?.!")
    thing = _phrase(things[0])
    if not subject or subject in thing:
        return thing
    return f"{thing} of {subject}"


def _attached(body: str, doc: Doc, subject: str) -> str:
    """The question with what was talked of behind the thing it asks about: "the finance director of Aurelisk"."""
    for noun in doc:
        if noun.pos_ != "NOUN" or noun.head.dep_ == "pobj":
            continue
        definite = any(c.lower_ in {"the", "this", "that", "these", "those"} for c in noun.children)
        if definite and noun.lower_ in _BODIES:
            start = noun.left_edge.idx
            return f"{body[:start]}{subject}{body[noun.idx + len(noun.text) :]}"
        if definite and not any(c.lower_ == "of" for c in noun.children):
            end = noun.idx + len(noun.text)
            return f"{body[:end]} of {subject}{body[end:]}"
    return f"{body.rstrip(' ?.!')} at {subject}?"


def _pronoun(doc: Doc) -> Token | None:
    """The first word that stands for something said before; one that the question itself explains does not count."""
    for token in doc:
        lower = token.lower_
        if lower not in _THING | _PERSON | _SEVERAL or token.dep_ in {"expl", "mark"}:
            continue
        if lower in {"that", "this", "these", "those"} and (token.tag_ in {"WDT", "WP", "IN"} or token.dep_ == "det"):
            continue
        if lower == "it" and _impersonal(token):
            continue
        before = [t for t in doc[: token.i] if key(t)[0] == "name" or (t.pos_ == "NOUN" and lower not in _PERSON)]
        if any(not _same_clause(t, token) for t in before) or any(key(t)[0] == "name" for t in before):
            continue
        return token
    return None


def _impersonal(it: Token) -> bool:
    """In "is it true that" and "how long does it take to" it stands for nothing."""
    verb = it.head
    clause = any(c.dep_ in {"ccomp", "xcomp", "advcl"} and c.i > it.i for c in verb.children)
    return it.dep_ == "nsubj" and clause and verb.lemma_ in {"be", "take", "seem", "appear", "mean", "matter"}


def _same_clause(noun: Token, pronoun: Token) -> bool:
    """Whether a noun before the pronoun is in the same clause, where it hardly stands for it."""
    return not any(t.dep_ in {"advcl", "mark"} or t.text == "," for t in noun.doc[noun.i : pronoun.i])


def _with_antecedent(body: str, pronoun: Token, turns: Sequence[Turn]) -> Iterator[str]:
    """The question with each thing that the pronoun may stand for in its place; further pronouns point to that."""
    possessive = pronoun.lower_ in _POSSESSIVE and pronoun.dep_ == "poss"
    for name in _antecedents(pronoun, turns):
        ending = ("’" if name.endswith("s") else "’s") if possessive else ""
        yield f"{body[: pronoun.idx]}{name}{ending}{body[pronoun.idx + len(pronoun.text) :]}"


def _antecedents(pronoun: Token, turns: Sequence[Turn]) -> Iterator[str]:
    """What a pronoun may stand for, the nearest turn first; in it what its question names, then what was cited."""
    for turn in reversed(turns):
        asked_of = _names_of(turn.understood)
        cited = [t for quote in turn.quotes for t in _names_of(quote)]
        if pronoun.lower_ in _PERSON:
            body = set(_subject(turn).lower().split())  # the organisation of the article, whatever it is taken for
            others = [t for t in cited if not body & set(t.lower_.split()) and t.ent_type_ not in _NO_PERSON]
            persons = [t for t in (*others, *asked_of) if t.ent_type_ == "PERSON"]
            yield from (t.text for t in (*persons, *(t for t in others if t not in persons)))
            continue
        named = [t.text for t in (*asked_of, *cited) if t.ent_type_ != "PERSON"]
        things = [t for t in _things(turn) if (t.tag_ == "NNS") == (pronoun.lower_ in _SEVERAL)]
        own = [t.text for t in asked_of if t.ent_type_ != "PERSON"]
        subject = _subject(turn)
        whole = [_phrase(t) for t in things]
        anchored = [f"{thing} of {subject}" if subject and subject not in thing else thing for thing in whole]
        if (
            pronoun.dep_ in {"nsubjpass", "nsubj"} and pronoun.lower_ in {"this", "that"}
        ) or pronoun.lower_ in _SEVERAL:
            yield from (*anchored, *own, *named)
        else:
            yield from (*own, *anchored, *named)


def _of_fragment(body: str, doc: Doc, turns: Sequence[Turn]) -> Iterator[str]:
    """What "in 2023?", "Microsoft?" and "the cost?" ask, by the question before."""
    last = turns[-1]
    off = _YEAR_OFF.fullmatch(body)
    if off and (year := _YEAR.search(last.understood)):
        yield _YEAR.sub(str(int(year[0]) + (1 if off["after"] else -1)), last.understood)
        return
    days = [t for t in doc if key(t)[0] == "date"]
    named = [t for t in doc if key(t)[0] == "name"]
    nouns = [t for t in doc if t.pos_ == "NOUN" and key(t)[0] == "word"]
    if pronoun := _pronoun(doc):
        nouns = nouns or [pronoun]
        for whole in _with_antecedent(body, pronoun, turns):
            yield _what_of(whole, last, "")
        return
    if days and not named and not nouns:
        yield _with_date(body, days[0], last)
    elif named and not nouns:
        yield from _with_name(body, named[0], turns)
    else:
        for subject in [""] if named else [*_subjects(turns), ""]:
            yield _what_of(body, last, subject)
    yield f"{last.understood.rstrip(' ?.!')} {body.strip(' ?.!')}?"


def _with_date(body: str, day: Token, last: Turn) -> str:
    """The question before with another date."""
    old = [t for t in parse(last.understood) if key(t)[0] == "date"]
    if old:
        start, end = old[0].idx, old[0].idx + len(old[0].text)
        return f"{last.understood[:start]}{day.text}{last.understood[end:]}"
    body = body.strip(" ?.!")
    body = body if len(body.split()) > len(day.text.split()) else f"in {body}"
    return f"{last.understood.rstrip(' ?.!')} {body}?"


def _with_name(body: str, name: Token, turns: Sequence[Turn]) -> Iterator[str]:
    """The last questions with another name: in each for its own names, the last first; "of X" first for "of Y"."""
    last = turns[-1]
    old = [(turn.understood, t) for turn in reversed(turns) for t in reversed(_names_of(turn.understood))]
    old = [(text, t) for text, t in old if t.lower_ not in FORMS and t.lower_ != name.lower_]
    led = name.nbor(-1).lower_ if name.i and name.nbor(-1).pos_ == "ADP" else ""
    old.sort(key=lambda found: bool(led) and not (found[1].i and found[1].nbor(-1).lower_ == led))
    for text, token in old:
        yield f"{text[: token.idx]}{name.text}{text[token.idx + len(token.text) :]}"
    if not _names_of(last.understood):
        body = body.strip(" ?.!")
        behind = body if len(body.split()) > len(name.text.split()) else f"of {body}"
        yield f"{last.understood.rstrip(' ?.!')} {behind}?"


def _what_of(body: str, last: Turn, subject: str) -> str:
    """A whole question for a bare noun, about what was talked of and at the time that was asked about."""
    body = body.strip(" ?.!")
    when = [t for t in parse(last.understood) if key(t)[0] == "date"]
    about = f" of {subject}" if subject else ""
    time = f" in {when[0].text}" if when and not _YEAR.search(body) else ""
    first = body.split()[0].lower()
    if first in _WH:
        return f"{body}{about}{time}?"
    owned = first in {"the", "a", "an", "its", "their", "his", "her"} or re.search(r"['’]s?\b", body)
    article = "" if owned else "the "
    return f"What is {article}{body}{about}{time}?"


def _asked_otherwise(wh: str, last: Turn) -> Iterator[str]:
    """The question before with another question word in the place of its own."""
    question = next((t for t in parse(last.understood) if t.lower_ in _WH), None)
    rest = last.understood.strip(" ?.!")
    if question is not None:
        phrase = _question_phrase(question)
        thing = phrase[-1]
        doer = thing.dep_ in {"nsubj", "nsubjpass"}
        instead = _phrase(thing) if doer and thing.pos_ == "NOUN" else _answer(last) if doer else ""
        behind = last.understood[thing.idx + len(thing.text) :].strip(" ?.!")
        rest = f"{instead} {behind}".strip() or rest
    if rest.split()[0].lower() in _AUXILIARIES:  # "Did it fall?": "Why did it fall?"
        rest = rest[0].lower() + rest[1:]
    yield f"{wh.capitalize()} {rest}?"


def _question_phrase(word: Token) -> list[Token]:
    """The words that ask, up to the thing asked for: "when", "how much", "how many jobs", "which bank"."""
    head = word.head
    if word.dep_ in {"det", "poss"} and head.pos_ == "NOUN" and head.i > word.i:
        return [word, head]
    if word.lower_ == "how" and head.pos_ in {"ADJ", "ADV"} and head.i == word.i + 1:
        noun = head.head
        return [word, head, noun] if noun.pos_ == "NOUN" and noun.i > head.i else [word, head]
    return [word]


def _answer(turn: Turn) -> str:
    """The name that answered a question, as far as one can tell: the first cited that the question lacks."""
    given = asked(turn.understood).names
    return next((t.text for quote in turn.quotes for t in _names_of(quote) if key(t) not in given), "")
