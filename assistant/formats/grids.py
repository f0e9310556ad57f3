"""Lines whose cells stand under each other are a table; a cell belongs to the column that it stands in. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .lines import Line

_GUTTER = 0.45
"""In letters' heights: so wide is what parts two columns, in all rows."""
_APART = 4.0
"""In letters' heights: rows that lie further from each other are of two tables."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a table, all of as many cells; one that is empty in the table is empty here."""

    rows: tuple[tuple[str, ...], ...]


def parted(page: Sequence[Line]) -> Iterator[list[Line] | Grid]:
    """A page's tables, and the runs of other lines between them, in their order."""
    text: list[Line] = []
    for run in _runs(page):
        grid = _grid(run)
        if grid is None:
            text += run
            continue
        if text:
            yield text
            text = []
        yield grid
    if text:
        yield text


def _runs(page: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines of several cells that follow each other, with those of one between them; any other line by itself."""
    run: list[Line] = []
    for place, line in enumerate(page):
        inner = len(line.cells) == 1 and place + 1 < len(page) and len(page[place + 1].cells) > 1
        if run and _follows(run[-1], line) and (len(line.cells) > 1 or (inner and _follows(line, page[place + 1]))):
            run.append(line)
            continue
        if run:
            yield run
        run = [line] if len(line.cells) > 1 else []
        if not run:
            yield [line]
    if run:
        yield run


def _follows(former: Line, line: Line) -> bool:
    return former.is_as_high_as(line) and 0 < former.bottom - line.bottom < _APART * line.height


def _grid(run: Sequence[Line]) -> Grid | None:
    """The table that lines are; None where their cells do not stand under each other."""
    if sum(len(line.cells) > 1 for line in run) < 2:
        return None
    columns = _columns(run)
    if any(right[0] - left[1] < _GUTTER * run[0].height for left, right in pairwise(columns)):
        return None
    rows: list[tuple[str, ...]] = []
    for line in run:
        row = [""] * len(columns)
        for cell in line.cells:
            place = next(n for n, (left, right) in enumerate(columns) if left <= cell.left <= right)
            if row[place]:
                return None
            row[place] = cell.text
        rows.append(tuple(row))
    return Grid(tuple(rows))


def _columns(run: Sequence[Line]) -> list[tuple[float, float]]:
    """From where to where each column reaches: cells that overlap stand in one."""
    columns: list[tuple[float, float]] = []
    for left, right in sorted((cell.left, cell.right) for line in run for cell in line.cells):
        if columns and left <= columns[-1][1]:
            columns[-1] = (columns[-1][0], max(right, columns[-1][1]))
        else:
            columns.append((left, right))
    return columns
