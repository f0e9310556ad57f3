"""What of a worksheet is shown: a quick pass over its XML, as the streaming reader of cells tells none of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from lxml import etree
from openpyxl.cell.rich_text import CellRichText
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_NARROWEST = 0.1
"""Points of a row's height or characters of a column's width: what is smaller is hidden, whatever it is called."""


@dataclass(slots=True)
class Layout:
    """The hidden rows and columns of a sheet, its merged cells, and how many formulas have no stored value."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    unsaved: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Left, top, right and bottom; the lowest first."""
    rich: dict[tuple[int, int], CellRichText] = field(default_factory=dict)
    """By row and column, text of several fonts that is kept in its cell, where the reader of cells drops them."""
    _crossing: list[tuple[int, int, int, int]] = field(default_factory=list)
    _columns: dict[int, bool] = field(default_factory=dict)

    def shows_column(self, column: int) -> bool:
        """Whether a column, counted from 1, is shown."""
        if column not in self._columns:
            self._columns[column] = not any(first <= column <= last for first, last in self.hidden_columns)
        return self._columns[column]

    def covers(self, row: int) -> Callable[[int], bool]:
        """Whether a merged cell lies over the one in a column of this row. Rows must be asked for in order."""
        while self.merged and self.merged[-1][1] <= row:
            self._crossing.append(self.merged.pop())
        self._crossing = [area for area in self._crossing if area[3] >= row]
        areas = self._crossing
        return lambda column: any(
            left <= column <= right and (left, top) != (column, row) for left, top, right, _ in areas
        )


def layout_of(source: IO[bytes]) -> Layout:
    """Read a worksheet's XML once, a row at a time."""
    found = Layout()
    number = 0
    areas: list[tuple[int, int, int, int]] = []
    tags = [f"{_S}{name}" for name in ("row", "col", "mergeCell")]
    for _, element in etree.iterparse(source, tag=tags, resolve_entities=False, no_network=True, remove_comments=True):
        if element.tag == tags[0]:
            number = int(element.get("r", number + 1))
            if _is_hidden(element, "ht"):
                found.hidden_rows.add(number)
            else:
                cells = [cell for cell in element if len(cell)]
                found.unsaved += sum(map(_is_unsaved, cells))
                found.rich |= dict(_rich(cell) for cell in cells if cell.find(f"{_S}is/{_S}r/{_S}rPr") is not None)
        elif element.tag == tags[1] and _is_hidden(element, "width"):
            found.hidden_columns.append((int(element.get("min", "1")), int(element.get("max", "1"))))
        elif element.tag == tags[2]:
            left, top, right, bottom = range_boundaries(element.get("ref", ""))
            areas.append((left or 1, top or 1, right or 1, bottom or 1))
        element.clear()
        while element.getprevious() is not None:  # what has been read would be kept to the end
            del element.getparent()[0]
    found.merged = sorted(areas, key=lambda area: area[1], reverse=True)
    return found


def _is_unsaved(cell: etree._Element) -> bool:
    """Whether it has a formula and no value; an empty text is one."""
    formula = cell.find(f"{_S}f") is not None
    return formula and not cell.findtext(f"{_S}v") and cell.find(f"{_S}is") is None and cell.get("t") != "str"


def _rich(cell: etree._Element) -> tuple[tuple[int, int], CellRichText]:
    return coordinate_to_tuple(cell.get("r", "")), CellRichText.from_tree(cell.find(f"{_S}is"))


def _is_hidden(element: etree._Element, size: str) -> bool:
    return element.get("hidden") in {"1", "true"} or float(element.get(size, "1")) < _NARROWEST
