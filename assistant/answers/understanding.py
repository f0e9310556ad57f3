"""What a question means: by the conversation before it, and by where today is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ..finding.evidence import gather
from ..finding.retrieval import search
from ..in_words import day_in_words
from ..indexing.index import Index
from ..language.periods import Period, period, with_year, without
from ..language.syntax import parse_at_once
from ..questions.asking import asked
from ..questions.conversation import Turn
from ..questions.followup import readings, settled
from ..questions.within import is_title, named_article, within
from ..records import Filters
from . import digest

_SEARCHED, _SENTENCES = 5, 8
"""Passages, and the best sentences of them, that are looked at for each reading."""
_SO_CALLED = 500
"""Articles with the words of a title in theirs that are looked at."""
_DEFINITE = re.compile(r"(?:the|this|that|these|those|its|their|his|her) ")
"""So begins what was spoken of before, where nobody is named: "where do the talks stand?"."""
_POINTING = frozenset("it that this they them he him she her these those".split())
_ENOUGH = 0.5
"""An earlier reading is taken where it finds at least half as much of what it asks as the best one does."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A question as it was understood."""

    text: str
    """What is searched: whole without the conversation, and without the words that name a time of publication."""
    understood: str
    """The same with that time written out. Asked by itself it means the same."""
    filters: Filters | None
    """The caller's, narrowed to that time."""
    topic: str | None = None
    """What it wants news of, empty for news of everything; None where it is no question for news."""
    notes: tuple[str, ...] = ()
    article: str = ""
    """The title of the article within which it is asked."""


def meant(index: Index, question: str, turns: Sequence[Turn] = (), filters: Filters | None = None) -> Meant:
    """The question as it is to be answered. Today is `filters.as_of` where that is given."""
    today = (filters.as_of if filters else None) or datetime.now().astimezone().date()
    topic, _ = _news(question, today)
    follows = topic is None or topic in _POINTING or bool(_DEFINITE.match(topic) and topic.islower())
    whole = _reading(index, question, turns, filters) if follows else question
    own, title = named_article(whole)
    narrowed = _article(index, title, filters) if title else None
    if narrowed is not None:
        means = _of_its_time(own, today, narrowed)
        return replace(means, understood=within(means.understood, title), article=title)
    return _of_its_time(whole, today, filters)


def _article(index: Index, title: str, filters: Filters | None) -> Filters | None:
    """The filters narrowed to the article of that title; None where there is none, or more than one."""
    given = filters or Filters()
    words = re.findall(r"[a-z0-9]+", title.lower())
    if not words:
        return None
    found = index.catalogue.described(index.catalogue.titled(words, _SO_CALLED)).values()
    allowed = set(given.document_ids)
    ids = [d.document_id for d in found if is_title(d.title, title) and (not allowed or d.document_id in allowed)]
    return replace(given, document_ids=tuple(ids)) if len(ids) == 1 else None


def _of_its_time(whole: str, today: date, filters: Filters | None) -> Meant:
    """What a whole question means by where today is."""
    topic, time = _news(whole, today)
    time = time if topic is not None else period(whole, today)
    if topic is None and (time is None or not time.past or "year" in time.words):
        # A fact "of this year" or "today" may have been published at any time.
        written = with_year(whole, today)
        return Meant(written, written, filters, topic)
    if time is None:
        return Meant(whole, whole, filters, topic)
    if topic is None and not time.written_out:  # what became of last week may have been published since
        time = replace(time, end=today)
    return _told_in(without(whole, time.words), whole, time, topic, filters)


def _news(question: str, today: date) -> tuple[str | None, Period | None]:
    """What a question wants news of, None for any other question; and the time that it names."""
    time = period(question, today) or period(question, today, since_dates=True)
    return digest.topic(without(question, time.words) if time else question, of_a_time=time is not None), time


def _told_in(text: str, whole: str, time: Period, topic: str | None, filters: Filters | None) -> Meant:
    given = filters or Filters()
    start = max(filter(None, (time.start, given.published_from)))
    end = min(filter(None, (time.end, given.published_to)))
    written = whole.replace(time.words, str(time))
    days = day_in_words(start) if start == end else f"{day_in_words(start)} to {day_in_words(end)}"
    note = f"articles published {'on' if start == end else 'from'} {days}"
    return Meant(text, written, replace(given, published_from=start, published_to=end), topic, (note,))


def _reading(index: Index, question: str, turns: Sequence[Turn], filters: Filters | None) -> str:
    """The first reading that finds something of what it asks, compared with the one that finds most."""
    options = readings(question, settled(turns))
    if len(options) == 1:
        return options[0]
    parse_at_once(options)
    found: list[float] = []
    for option in options:
        found.append(_found(index, option, filters))
        place = next(n for n, share in enumerate(found) if share >= _ENOUGH * max(found))
        if found[place] >= _ENOUGH:  # the others cannot find twice as much
            break
    return options[place]


def _found(index: Index, question: str, filters: Filters | None) -> float:
    """How much of what it asks about the best sentence says, 0..1."""
    own, title = named_article(question)
    if title and (narrowed := _article(index, title, filters)):
        question, filters = own, narrowed
    elif title:  # which of several is meant nobody can tell
        return 0.0
    retrieval = search(index, question, _SEARCHED, filters)
    best = sorted(retrieval.sentences, key=lambda sentence: -sentence.score)[:_SENTENCES]
    fitting = gather(asked(question), best, retrieval.weights, index.catalogue)
    return max((item.strength for item in fitting if item.fits), default=0.0)
