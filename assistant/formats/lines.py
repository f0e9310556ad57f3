"""Letters of a printed page into lines, whose words are parted where a table parts its cells. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

Letter = tuple[str, float, float, float, float]
"""A character and its box: left, bottom, right, top, in points from the lower left corner of the page."""
_GAP, _NARROWEST = 0.45, 0.3
"""In letters' heights: a gap between two cells of a table is wider than the first; a space is at most the second."""
_TIMES = 2.0
"""And it is so many times as wide as the narrowest space of its line."""
_EVEN = 1.6
"""Spaces that differ by less are those of a line that was stretched to the margin."""
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
    def of(cls, letters: Sequence[Letter]) -> Line | None:
        """A line of letters in their order; None when nothing of it shows."""
        inked = [letter for letter in letters if not letter[0].isspace()]
        if not inked:
            return None
        words = _words(letters)
        height, bottom = median(i[4] - i[2] for i in inked), median(i[2] for i in inked)
        gaps = [begins - ends for (_, _, ends), (_, begins, _) in pairwise(words)]
        wide = _wide(gaps, height)
        cells = [Cell(*words[0])]
        for (word, begins, ends), gap in zip(words[1:], gaps, strict=True):
            if gap > wide and not (len(cells) == 1 and _MARK.fullmatch(cells[0].text)):
                cells.append(Cell(word, begins, ends))
            else:
                cells[-1] = Cell(f"{cells[-1].text} {word}", min(begins, cells[-1].left), max(ends, cells[-1].right))
        return cls(tuple(cells), bottom, bottom + height)

    def is_as_high_as(self, other: Line) -> bool:
        """Whether two lines have letters of one size."""
        return abs(self.height - other.height) <= _ALIKE * max(self.height, other.height)


def _words(letters: Sequence[Letter]) -> list[tuple[str, float, float]]:
    """Words with where they begin and end."""
    found = []
    for blank, run in groupby(letters, lambda letter: letter[0].isspace()):
        letter = list(run)
        if not blank:
            found.append(("".join(i[0] for i in letter), letter[0][1], letter[-1][3]))
    return found


def _wide(gaps: Sequence[float], height: float) -> float:
    """The width above which a gap parts two cells."""
    if not gaps or (len(gaps) > 2 and max(gaps) < _EVEN * min(gaps)):
        return float("inf")
    return max(_GAP * height, _TIMES * min(*gaps, _NARROWEST * height))
