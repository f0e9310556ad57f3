"""Letters of a printed page into lines, whose words are parted where a table parts its cells. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ..language.visible import raised

Letter = tuple[str, float, float, float, float]
"""A character and its box: left, bottom, right, top, in points from the lower left corner of the page."""
_GAP, _NARROWEST = 0.45, 0.3
"""In letters' heights: a gap between two cells of a table is wider than the first; a space is at most the second."""
_TIMES = 2.0
"""And it is so many times as wide as the narrowest space of its line."""
_EVEN = 1.6
"""Spaces that differ by less are those of a line that was stretched to the margin."""
_STRETCHED = 1.2
"""In letters' heights: a space that is wider parts cells, however even the line is."""
_FIGURES = frozenset("0123456789+-−")
_SMALL, _ABOVE = 0.85, 0.12
"""In letters' heights: letters that are lower than the first and begin higher than the second are raised."""
_ALIKE = 0.15
"""Heights of letters that differ by no larger share are one."""
_MARK = re.compile(r"[•◦▪‣●○■□·∙–—*-]|\(?(?:\d{1,2}|[a-z])[.)]")
"""What an item of a list begins with, which is no cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Words that stand together, and from where to where."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: its text by cells, and where it stands."""

    cells: tuple[Cell, ...]
    bottom: float
    top: float

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(cell.text for cell in self.cells)

    @property
    def left(self) -> float:
        """Where it begins."""
        return min(cell.left for cell in self.cells)

    @property
    def right(self) -> float:
        """Where it ends."""
        return max(cell.right for cell in self.cells)

    @property
    def height(self) -> float:
        """That of its tallest letter's box."""
        return self.top - self.bottom

    @classmethod
    def of(cls, words: Sequence[Sequence[Letter]]) -> Line:
        """A line of words, each of at least one letter, in their order."""
        letters = [letter for word in words for letter in word]
        height, bottom = median(i[4] - i[2] for i in letters), median(i[2] for i in letters)
        found = [
            ("".join(_raised(i, bottom, height) for i in word), min(i[1] for i in word), max(i[3] for i in word))
            for word in words
        ]
        gaps = [begins - ends for (_, _, ends), (_, begins, _) in pairwise(found)]
        wide = _wide(gaps, height)
        cells = [Cell(*found[0])]
        for (word, begins, ends), gap in zip(found[1:], gaps, strict=True):
            if gap > wide and not (len(cells) == 1 and _MARK.fullmatch(cells[0].text)):
                cells.append(Cell(word, begins, ends))
            else:
                cells[-1] = Cell(f"{cells[-1].text} {word}", min(begins, cells[-1].left), max(ends, cells[-1].right))
        return cls(tuple(cells), bottom, bottom + height)

    def is_as_high_as(self, other: Line) -> bool:
        """Whether two lines have letters of one size."""
        return abs(self.height - other.height) <= _ALIKE * max(self.height, other.height)


def _raised(letter: Letter, bottom: float, height: float) -> str:
    """A letter as it is written; a small figure above the line never becomes a part of the one before it."""
    written, _, lower, _, upper = letter
    small = upper - lower < _SMALL * height
    return raised(written) if written in _FIGURES and small and lower > bottom + _ABOVE * height else written


def _wide(gaps: Sequence[float], height: float) -> float:
    """The width above which a gap parts two cells."""
    even = len(gaps) > 2 and max(gaps) < min(_EVEN * min(gaps), _STRETCHED * height)
    if not gaps or even:
        return float("inf")
    return max(_GAP * height, _TIMES * min(*gaps, _NARROWEST * height))
