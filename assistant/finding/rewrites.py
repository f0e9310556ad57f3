"""Whether passages of two articles tell the same in nearly the same words, as rewrites of one release do. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ..language.terms import NEGATIONS, all_names, stem

_SAME = 0.6
"""Chunks of two articles that share this much of their words tell the same in other words."""
_FEW = 10
"""Fewer words than this say too little to tell."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What a passage tells: the stems of its chunk, and its own words."""

    document_id: str
    stems: frozenset[str]
    text: str

    def same_as(self, other: Telling) -> bool:
        """Whether two articles tell the same, as rewrites of one release do.

        They share most words, all figures and every "not", and neither has a name in place of another.
        """
        if self.document_id == other.document_id:
            return False
        common = len(self.stems & other.stems)
        if common < max(_FEW, _SAME * (len(self.stems) + len(other.stems) - common)):
            return False
        apart = self.stems ^ other.stems
        if any(term[0].isdigit() or term in NEGATIONS for term in apart):
            return False
        mine, theirs = (
            {stem(name.lower()) for name in all_names(one.text)} - another.stems
            for one, another in ((self, other), (other, self))
        )
        return not (mine and theirs)
