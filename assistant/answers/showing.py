"""The sentences that code chooses, shown: each state of a fact told apart, and what is not told named in notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..finding.evidence import Evidence
from ..in_words import day_in_words
from ..questions.asking import Asked, asked
from .candidates import Candidates
from .choosing import chosen, with_lead
from .draft import Draft
from .sources import told_by
from .states import about_it_since, agreeing, alternatives, latest_first

_LATER = 3
"""Later articles that a note names at most."""


def shown_by_code(
    draft: Draft, wanted: Asked, parts: Sequence[Sequence[Evidence]], candidates: Candidates, *, judged: bool
) -> Iterator[str]:
    """The sentences that code chooses; where other articles answer as well and otherwise, theirs too, told apart."""
    items = list(chosen(wanted, parts, judged=judged))
    found = [*parts[0], *candidates.unfit(wanted)] if items and len(parts) == 1 else []
    others = alternatives(wanted, items[0], found) if found else []
    told = told_by([items[0], *agreeing(wanted, items[0], found)]) if found else None
    newer = about_it_since(wanted, items[0], found) if found else []
    if others:
        # What happened once has no later state: the best sentence leads, and the articles differ.
        items[:1] = states = [items[0], *others] if wanted.past else latest_first([items[0], *others])
        yield from _told_apart(draft, wanted, states)
    yield from draft.admit_all([part for item in items for part in with_lead(wanted, item)], wanted)
    if told and draft.citations and not others:
        draft.note(told, "agree")
    _note_untold(draft, newer)
    for text, part in zip(draft.retrieval.parts, parts, strict=True):
        if draft.citations and not any(draft.cites(item) for item in part):
            told_of = next(names_of(asked(text)), None)
            draft.notes.append(f"nothing was found on {told_of[0] if told_of else 'a part of the question'}")


def _told_apart(draft: Draft, wanted: Asked, states: Sequence[Evidence]) -> Iterator[str]:
    """Each state under its day where later ones take the place of earlier ones; else a note that articles differ."""
    days = [item.sentence.document.published for item in states]
    articles = "; ".join(article_in_words(item) for item in states)
    if not wanted.names:
        draft.notes.append(f"several articles fit the question, name one to narrow it: {articles}")
    elif not wanted.past and all(days) and len(set(days)) == len(days):
        for item, day in zip(states, days, strict=True):
            # ISO 8601 like the date of the citation, so that a label holds no word that its source lacks
            label = f"As of {day}: " if item is states[0] else f"Earlier, as of {day}: "
            whole = with_lead(wanted, item)
            yield from draft.admit_all(whole[:1], wanted, label=label)
            yield from draft.admit_all(whole[1:], wanted)
        for item in states[1:]:
            draft.supersede(item, states[0])
    else:
        draft.note(f"the articles do not say the same: {articles}", "differ")


def _note_untold(draft: Draft, newer: Sequence[Evidence]) -> None:
    """Note the later articles on the same of which nothing is told."""
    cited = {citation.document_id for citation in draft.citations}
    untold = [article_in_words(item) for item in newer if item.sentence.document.document_id not in cited]
    if cited and untold:
        newest = list(dict.fromkeys(untold))[:_LATER]
        draft.note(f"later articles speak of it too: {'; '.join(newest)}", "later")


def article_in_words(item: Evidence) -> str:
    """The title of a sentence's article and its day."""
    document = item.sentence.document
    return f"{document.title} ({day_in_words(document.published)})"


def names_of(side: Asked) -> Iterator[tuple[str, ...]]:
    """The names of a side as the question writes them."""
    for found in side.names:
        place = side.text.lower().find(found[1][0])
        yield (side.text[place : place + len(" ".join(found[1]))],)
