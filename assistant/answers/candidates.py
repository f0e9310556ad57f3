"""The sentences that may answer each part of a question, and those that only tell that something changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

from ..finding.evidence import Evidence, gather
from ..finding.retrieval import FoundSentence, Retrieval, search
from ..indexing.index import Index
from ..language.syntax import FORMS
from ..language_models.precedence import Precedence
from ..questions.asking import Asked
from ..records import Filters
from .choosing import ENOUGH

SEARCHED = 20
"""Passages whose sentences may be used."""
_NAMED = 20
"""A name that more titles than this have is no one's."""

_one_at_a_time = Lock()
"""Weighing sentences is most of an answer without a model, and Python's work alone: done for two questions side by
side it ends no sooner, and delays everybody who has not seen the passages yet."""


PASSAGES_FIRST = Precedence()
"""The passages of a question are found before the sentences of another one are weighed any further."""
_PATIENCE = 2.0
"""Seconds for which weighing gives way: however many ask, answers come, too."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Where the sentences for each part of a question come from."""

    index: Index
    filters: Filters | None
    retrieval: Retrieval
    _gathered: dict[Asked, list[Evidence]] = field(default_factory=dict)

    def of(self, this: Asked) -> list[Evidence]:
        """The sentences that can answer one part of the question, best first.

        Where none does, the articles whose title names what it is about are searched by themselves.
        """
        found = _fitting(self._found(this))
        if any(item.relevance.share >= ENOUGH for item in found) or not this.names:
            return found
        named = self._gather(this, self._named(this))
        return found + _fitting(named)

    def unfit(self, this: Asked) -> list[Evidence]:
        """The sentences that cannot answer by themselves; they may tell that something changed."""
        return [item for item in self._found(this) if not item.fits]

    def _found(self, this: Asked) -> list[Evidence]:
        if this not in self._gathered:
            self._gathered[this] = self._gather(this, self.retrieval.sentences)
        return self._gathered[this]

    def _gather(self, this: Asked, sentences: Sequence[FoundSentence]) -> list[Evidence]:
        with _one_at_a_time:
            give_way = PASSAGES_FIRST.giving_way(_PATIENCE)
            return gather(this, sentences, self.retrieval.weights, self.index.catalogue, give_way)

    def _named(self, this: Asked) -> list[FoundSentence]:
        words = [word for _, name in this.names for word in name if word not in FORMS]
        ids = self.index.catalogue.titled(words, _NAMED + 1)
        allowed = set(self.filters.document_ids) if self.filters else set()
        ids = [i for i in ids if not allowed or i in allowed]
        if not 0 < len(ids) <= _NAMED:
            return []
        narrowed = replace(self.filters or Filters(), document_ids=tuple(ids))
        known = {(s.document.document_id, s.start) for s in self.retrieval.sentences}
        more = search(self.index, this.text, SEARCHED, narrowed).sentences
        return [s for s in more if (s.document.document_id, s.start) not in known]


def _fitting(found: Sequence[Evidence]) -> list[Evidence]:
    """The sentences that can answer; none where none of them is of the time asked about."""
    fitting = [item for item in found if item.fits]
    return fitting if any(item.relevance.timely for item in fitting) else []
