"""Whom a sentence is about, and whom or where it names that the question does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..checking.relations import relations
from ..language.senses import same_sense
from ..language.syntax import FORMS, Key, key, lemma, parse, same
from ..language.terms import stem, words
from ..questions.asking import Asked
from ..questions.matter import stems_of
from .surroundings import Surroundings

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_NO_ONE = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "CARDINAL", "ORDINAL", "QUANTITY", "GPE", "LOC", "LANGUAGE"})
_AT = frozenset("in at near to from into across around".split())


def is_about(name: Key, asked: Asked, doc: Doc, around: Surroundings) -> bool:
    """Whether a sentence is about the bearer of a name of the question.

    The name stands in it, in its heading or in what it leans on; or its first words do, where the article has the
    whole name and no other one that begins so: "Aurelisk" for "Aurelisk Orbital", if there is no Aurelisk Energy. Of
    two names the paragraph before may have one, where the sentence has the other and no third.
    """
    if _stems(name) <= stems_of(doc.text) | stems_of(around.heading) | stems_of(around.leans_on):
        return True
    everywhere = f"{around.title}. {around.article} {around.before}"
    if _is_written(name, everywhere):
        heading = parse(f"{around.title}. {around.section}")
        begun = {key(t)[1] for t in (*doc, *heading, *parse(around.leans_on)) if key(t)[0] == "name"}
        if any(short in begun and not _ambiguous(short, name, everywhere) for short in _beginnings(name)):
            return True
    others = [other for other in asked.names - {name} if _stems(other) and _stems(other) <= stems_of(doc.text)]
    third = any(key(t)[0] == "name" and not _of_these(key(t), asked.names) for t in doc)
    return bool(others) and not third and _is_written(name, around.before)


def _beginnings(name: Key) -> list[tuple[str, ...]]:
    """The first words of a name, as many as one may call it by."""
    return [name[1][:count] for count in range(1, len(name[1]))]


def _ambiguous(short: tuple[str, ...], name: Key, text: str) -> bool:
    """Whether a text has another name that begins so."""
    behind = re.findall(rf"\b{_pattern(short)} +([A-Z]\w+)", text, re.IGNORECASE)
    return any(word[0].isupper() and word.lower() != name[1][len(short)] for word in behind)


def _of_these(found: Key, names: frozenset[Key]) -> bool:
    """Whether a name is one of these or a part of one."""
    return any(set(found[1]) <= set(name[1]) for name in names)


def _is_written(name: Key, text: str) -> bool:
    """Whether a text has the words of a name one after the other."""
    return bool(re.search(rf"\b{_pattern(name[1])}\b", text, re.IGNORECASE))


def _pattern(words_of_it: Sequence[str]) -> str:
    return r"\W+".join(map(re.escape, words_of_it))


def _stems(name: Key) -> frozenset[str]:
    parts = [part for word in name[1] if word not in FORMS and word != "of" for part in words(word)]
    return frozenset(stem(part) for part in parts)


def names_somebody(asked: Asked, doc: Doc) -> bool:
    """Whether a sentence names somebody new, or says who did what is asked about."""
    own = given(asked)
    if any(key(t)[0] == "name" and key(t) not in own and _someone(t) for t in doc):
        return True
    doers = [h for h, others in relations(doc).items() if any(role == "agent" for role, _ in others)]
    return any(same_sense(lemma(doc[h]), asked.verb) for h in doers)


def done_to_another(asked: Asked, doc: Doc) -> bool:
    """Whether a sentence tells who did it to something else: "owns pipelines" for "who owns the Ravnsund Terminal"."""
    root = next((t for t in parse(asked.text) if t.dep_ == "ROOT"), None)
    named = [c for c in root.children if c.dep_ == "dobj" and key(c) in asked.names] if root is not None else []
    done_to = [
        doc[other]
        for head, others in relations(doc).items()
        if named and same_sense(lemma(doc[head]), asked.verb)
        for role, other in others
        if role == "patient"
    ]
    return bool(done_to) and not any(_may_be(thing, named) for thing in done_to)


def _may_be(thing: Token, named: Sequence[Token]) -> bool:
    """Whether a thing can be what the question names: that name, "it", "the terminal"."""
    if key(thing)[0] == "name":
        return any(same(key(thing), key(name)) or same(key(name), key(thing)) for name in named)
    return thing.pos_ == "PRON" or any(c.lower_ in {"the", "this", "that", "its"} for c in thing.children)


def holds_name(asked: Asked, text: str) -> bool:
    """Whether a text names somebody whom the question does not."""
    return any(key(t)[0] == "name" and key(t) not in given(asked) and _someone(t) for t in parse(text))


def holds_place(asked: Asked, text: str) -> bool:
    """Whether a text names a place that the question does not."""
    return names_place(asked, parse(text))


def _someone(name: Token) -> bool:
    """Whether a name can be somebody's. Full names that do or suffer something are, whatever the tagger calls them."""
    acts = name.dep_ in {"nsubj", "nsubjpass", "dobj"} and len(key(name)[1]) > 1
    return (name.ent_type_ not in _NO_ONE and name.pos_ != "ADJ") or (acts and name.ent_type_ in {"LOC", "FAC"})


def names_place(asked: Asked, doc: Doc) -> bool:
    """Whether a sentence names a place that the question does not."""
    found = [t for t in doc if key(t)[0] == "name" and key(t) not in given(asked)]
    return any(t.ent_type_ in {"GPE", "LOC", "FAC"} or (t.dep_ == "pobj" and t.head.lower_ in _AT) for t in found)


def given(asked: Asked) -> frozenset[Key]:
    """The question's own names, dates and figures: they are no answer to it."""
    return asked.names | asked.dates | asked.values
