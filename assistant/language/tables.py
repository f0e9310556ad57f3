"""Markdown's tables: what their lines are, and a row as statements. Pure.

A statement is one cell under its column's name, and beside it the cells that tell which row it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

UNNAMED = "–"
"""What stands for the name of a column that has none, in the section that names a table's columns."""
_TABLE = "Table"
"""The heading of a table that has none above it."""
_BETWEEN = " | "
CELL_ENDS = re.compile(r"(?<!\\)\|")
"""What parts the cells of a Markdown table's line; one in a cell has a backslash before it."""
_RULE = re.compile(r"\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?$")


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row, and the names of their columns."""

    columns: tuple[str, ...]
    cells: tuple[str, ...]

    def said(self, of: int, beside: Sequence[int]) -> str:
        """One cell, and others that tell of what: "Revenue: €101 million (Year: 2025)"."""
        others = ", ".join(self._named(place) for place in beside)
        return self._named(of) + (f" ({others})" if others else "")

    def says(self, claim: str) -> bool:
        """Whether a claim is what `said` makes of some of the cells, in their order."""
        claim = claim.strip().removesuffix(".")
        for of in range(len(self.cells)):
            if self.cells[of] and claim == self._named(of):
                return True
            if self.cells[of] and claim.startswith(f"{self._named(of)} (") and claim.endswith(")"):
                rest = claim[len(self._named(of)) + 2 : -1]
                if self._lists(rest, [place for place in range(len(self.cells)) if place != of]):
                    return True
        return False

    def _lists(self, written: str, places: Sequence[int]) -> bool:
        """Whether a text lists some of these cells, in their order and whole."""
        reached = {0}
        for place in places:
            named = self._named(place)
            if self.cells[place]:
                if any(written[begin:] == named for begin in reached):
                    return True
                reached |= {begin + len(named) + 2 for begin in reached if written.startswith(f"{named}, ", begin)}
        return False

    def _named(self, place: int) -> str:
        column = self.columns[place]
        return self.cells[place] if column == UNNAMED else f"{column}: {self.cells[place]}"


def is_rule(line: str) -> bool:
    """Whether a line, without space around it, is the one under the names of a Markdown table's columns."""
    return bool(_RULE.match(line))


def cells_of(line: str) -> tuple[str, ...]:
    """The cells of a Markdown table's line."""
    inner = line.strip().removeprefix("|").removesuffix("|")
    return tuple(cell.strip().replace("\\|", "|") for cell in CELL_ENDS.split(inner))


def section_of(heading: str, line: str) -> str:
    """The section of a table's rows, from the heading above it and the line that names its columns."""
    return _BETWEEN.join(
        [heading.replace("|", "/") or _TABLE, *(cell.replace("|", "/") or UNNAMED for cell in cells_of(line))]
    )


def heading_of(section: str) -> str:
    """The heading in a section that `section_of` made."""
    return section.split(_BETWEEN, maxsplit=1)[0]


def row_of(quote: str, section: str) -> Row | None:
    """The row that a quote is, by the section that names its columns; None for anything else, and where unsure."""
    if not quote.startswith("|") or "\n" in quote:
        return None
    columns = tuple(section.split(_BETWEEN)[1:])
    cells = cells_of(quote)
    return Row(columns, cells) if len(columns) == len(cells) > 1 else None
