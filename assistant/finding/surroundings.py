"""What stands around a sentence of an article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..language.sentences import sentences


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a sentence need not repeat: its article's title, section and date, and its paragraph up to it."""

    title: str = ""
    section: str = ""
    before: str = ""
    published: date | None = None
    leans_on: str = ""
    """The sentence before, where this one says little without it ("This improved …")."""
    article: str = ""
    """What else was found of the article."""
    goes_on: str = ""
    """The sentence behind, where that one speaks of this one's matter ("This incident …")."""

    @property
    def heading(self) -> str:
        """Title and section."""
        return f"{self.title} {self.section}"

    @property
    def sentence_before(self) -> str:
        """The sentence before in its paragraph."""
        spans = sentences(self.before)
        return spans[-1].of(self.before) if spans else ""
