"""Which suggestions are shown: of the newest articles, of several kinds, each checked once while the index stays."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, TypeVar

from ..errors import EmptyCorpus, ModelError
from ..indexing.index import Index
from ..language_models.stopping import LOOK_EVERY, Stop, Stopped
from ..records import Answer, Citation
from .making import Asking, Candidate, after, alike, further, news, of_article, passes

_TRIES, _ARTICLES = 12, 15
"""Questions that are asked, and articles that are read, at most for each question wanted."""
_OF_ARTICLE, _TRIES_OF_ARTICLE = 8, 3
"""Candidates of one article that are made, and asked, at most."""
_MOST_KEPT = 5_000
_PATIENCE = 10.0
"""Seconds that a search waits for its next look while people are served."""
_LOOK_FOR_TURN = 0.25
"""Seconds between two looks of those who stand in line behind a search: they may be many."""
_Result = TypeVar("_Result")


class Reach(Protocol):
    """Lets the index be looked at; between two looks it may be changed, mended or closed."""

    def __call__(self, look: Callable[[Index], _Result], /) -> _Result:
        """What the look finds."""


@dataclass(slots=True)
class Known:
    """What was found out about one state of an index."""

    index: Index
    writes: int
    verdicts: dict[tuple[object, ...], bool] = field(default_factory=dict)
    """Whether a candidate passes, by its article, place and words, what it was checked with, and what was cited."""
    shown: dict[tuple[str, int], list[str]] = field(default_factory=dict)

    def holds(self, index: Index) -> bool:
        """Whether the index is still in that state."""
        return self.index is index and self.writes == index.catalogue.writes


@dataclass(slots=True)
class _Round:
    """One search for `k` questions."""

    reach: Reach
    k: int
    asking: Asking
    model: str
    known: Known
    said: tuple[Citation, ...] = ()
    tries: int = 0
    found: list[Candidate] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether there are enough, or enough were tried."""
        return len(self.found) >= self.k or self.tries >= _TRIES * self.k

    def candidates(self, document_id: str) -> list[Candidate]:
        """The first candidates of an article."""
        return self.look(lambda index: list(islice(of_article(index, document_id), _OF_ARTICLE)))

    def look(self, look: Callable[[Index], _Result]) -> _Result:
        """What is found in the index once nobody is served. Raises Stopped."""
        until = time.monotonic() + _PATIENCE
        while self.asking.busy() or self.asking.stop():
            if self.asking.stop() or time.monotonic() > until:
                raise Stopped
            time.sleep(LOOK_EVERY)
        return self.reach(look)

    def takes(self, candidate: Candidate) -> bool:
        """Whether a candidate passes, and asks for something else than those that were found. Raises Stopped."""
        question = candidate.question
        if any(f.sentence == candidate.sentence or _alike(f, candidate) for f in self.found):
            return False
        cited = frozenset((citation.document_id, citation.end) for citation in self.said)
        key = (candidate.document_id, question.text, candidate.start, self.model, cited)
        verdicts = {} if self.asking.filters else self.known.verdicts
        if key not in verdicts:
            self.tries += 1
            if len(verdicts) >= _MOST_KEPT:
                verdicts.clear()
            verdicts[key] = self.look(lambda index: passes(index, candidate, self.asking, self.said))
        if verdicts[key]:
            self.found.append(candidate)
        return verdicts[key]


class Suggestions:
    """Safe to call from several threads; one looks for questions at a time, and is let go of when it should stop.

    What `asking.stop` says ends a search with what it has found so far.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._known: Known | None = None

    def first(self, reach: Reach, k: int, asking: Asking, model: str) -> list[str]:
        """At most `k` questions of the newest articles, one of each; `model` names what they are checked with."""
        found = self._shown(reach, k, asking, model)
        if found is None:
            with self._our_turn(asking.stop) as ours:
                found = self._shown(reach, k, asking, model)
                if ours and found is None:
                    search = _Round(reach, k, asking, model, self._now(reach))
                    whole = _ended(lambda: _of_corpus(search))
                    found = _texts(search)
                    if whole and not asking.filters:
                        search.known.shown[model, k] = found
        return list(found or [])

    def after(self, reach: Reach, k: int, said: Answer, asking: Asking, model: str) -> list[str]:
        """At most `k` questions on what an answer's passages say and the answer does not."""
        with self._our_turn(asking.stop) as ours:
            if not ours:
                return []
            search = _Round(reach, k, asking, model, self._now(reach), tuple(said.citations))
            _ended(lambda: _of_answer(search, said))
            return _texts(search)

    def _shown(self, reach: Reach, k: int, asking: Asking, model: str) -> list[str] | None:
        return None if asking.filters else self._now(reach).shown.get((model, k))

    def _now(self, reach: Reach) -> Known:
        """What is known of the index as it is now."""

        def current(index: Index) -> Known:
            known = self._known
            if known is None or not known.holds(index):
                self._known = known = Known(index, index.catalogue.writes)
            return known

        return reach(current)

    @contextmanager
    def _our_turn(self, stop: Stop) -> Iterator[bool]:
        """Whether the turn has come, or waiting for it was stopped, or took too long: nobody waits for suggestions."""
        until = time.monotonic() + _PATIENCE
        while not (ours := self._turn.acquire(timeout=_LOOK_FOR_TURN)) and not stop() and time.monotonic() < until:
            pass
        try:
            yield ours
        finally:
            if ours:
                self._turn.release()


def _of_corpus(search: _Round) -> None:
    """One question of an article, of a kind that was asked for least so far where there is one."""
    filters, at_most = search.asking.filters, _ARTICLES * search.k
    forms: Counter[str] = Counter()
    for document_id in search.reach(lambda index: index.catalogue.ids(filters, at_most)):
        if search.over:
            return
        made = search.candidates(document_id)
        made.sort(key=lambda candidate: forms[candidate.question.form])
        if taken := next(filter(search.takes, made[:_TRIES_OF_ARTICLE]), None):
            forms[taken.question.form] += 1


def _of_answer(search: _Round, said: Answer) -> None:
    """Questions of the passages, the nearest passage first; then of the articles cited, and of those they name."""
    for made in (after(said), search.look(lambda index: list(islice(further(index, said), _OF_ARTICLE))), news(said)):
        for candidate in made:
            if search.over:
                return
            search.takes(candidate)


def _ended(go_on: Callable[[], None]) -> bool:
    """Whether a search came to its own end: it gives up where a person is served, or there is no model to ask."""
    try:
        go_on()
    except (Stopped, ModelError):
        return False
    except EmptyCorpus:  # the last article was taken away meanwhile
        return True
    return True


def _alike(one: Candidate, other: Candidate) -> bool:
    """Whether two ask nearly the same; one for news of somebody has hardly a word that others do not have too."""
    of_a_kind = (one.question.form == "news") == (other.question.form == "news")
    return of_a_kind and alike(one.question.text, other.question.text)


def _texts(search: _Round) -> list[str]:
    return [candidate.question.text for candidate in search.found]
