"""XLSX, CSV and TSV into text: a section for each sheet that is shown, with its tables as a reader sees them."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.styles.fills import Fill

from ..errors import DocumentError
from ..language.visible import raised
from . import Limits, Parsed, delimited, suffix, tidy
from .archive import part
from .budget import Budget
from .cell_formats import shown
from .cell_looks import Look, look_of
from .office import RELATION, Omissions, joined, optional, package, part_of_kind, properties, readable, related, titled
from .sheet_layout import Layout, layout_of

_DRAWING = re.compile(r"xl/drawings/drawing\d+\.xml")
_SHOWS_NOTHING = re.compile(r"\s*;\s*;\s*;\s*")
_ESCAPE = re.compile(r"_x(000[9AaDd])_")

Row = tuple[dict[int, str], bool]
"""The filled cells by their column, and whether a number or date is among them."""


def parse(name: str, data: bytes, limits: Limits, _depth: int) -> Parsed:
    """What a reader of the workbook, or of the separated values, sees. Raises DocumentError with the reason."""
    if suffix(name) != ".xlsx":
        return delimited.parse(name, data, limits)
    with package(data, limits, "Excel") as archive, readable("Excel"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of openpyxl, about what it would not write back
        reader = _Reader(archive, Budget(limits.characters))
        text = tidy(joined(reader.workbook(data)))
        about = properties(archive)
    if not text:
        raise DocumentError("it holds no text")
    return Parsed(text, about.title, about.author, language=about.language, remarks=reader.remarks())


@dataclass(slots=True)
class _Reader:
    """A workbook being read, sheet by sheet and row by row."""

    archive: zipfile.ZipFile
    budget: Budget
    omissions: Omissions = field(default_factory=Omissions)
    unsaved: int = 0
    """Formulas without a stored value."""
    _looks: dict[tuple[int, int], Look] = field(default_factory=dict)

    def workbook(self, data: bytes) -> Iterator[str]:
        """The blocks of all sheets that are shown."""
        main = part_of_kind(self.archive, "", "officeDocument") or "xl/workbook.xml"
        places = related(self.archive, main)
        root = optional(self.archive, main)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, rich_text=True)
        for sheet in root.iterfind("{*}sheets/{*}sheet") if root is not None else ():
            kind, path = places.get(sheet.get(f"{RELATION}id", ""), ("", ""))
            title = sheet.get("name", "")
            if sheet.get("state", "visible") != "visible":
                self.omissions.add("hidden sheet")
            elif kind == "worksheet" and title in book.sheetnames:
                with self.archive.open(path) as source:
                    layout = layout_of(source)
                self.unsaved += layout.unsaved
                blocks = list(_blocks(self._rows(book[title], layout), self.budget))
                yield f"## {' '.join(title.split())}" if blocks else ""
                yield from blocks
        if any(b"<a:t>" in part(self.archive, name) for name in self.archive.namelist() if _DRAWING.fullmatch(name)):
            self.omissions.once.add("text in drawings")

    def remarks(self) -> tuple[str, ...]:
        """What is not in the text."""
        which = (
            "formulas have no stored value, so their cells are"
            if self.unsaved > 1
            else ("formula has no stored value, so its cell is")
        )
        unsaved = [f"{self.unsaved:,} {which} empty here; open it in Excel and save it"] if self.unsaved else []
        return (*self.omissions.remarks(), *unsaved)

    def _rows(self, sheet: Any, layout: Layout) -> Iterator[Row]:
        """The rows of a sheet that are shown, empty ones included. A sheet that streams has no public type."""
        sheet.reset_dimensions()  # a file may claim a million rows that it does not hold
        columns: set[int] = set()
        for number, row in enumerate(sheet.iter_rows(min_row=1), start=1):
            filled = [cell for cell in row if cell.value is not None]
            if filled and number in layout.hidden_rows:
                self.omissions.add("hidden row")
                continue
            columns.update(cell.column for cell in filled if not layout.shows_column(cell.column))
            covered = layout.covers(number)
            seen = [cell for cell in filled if layout.shows_column(cell.column) and not covered(cell.column)]
            yield (
                {
                    cell.column: text
                    for cell in seen
                    if (text := self._text(cell, layout.rich.get((number, cell.column))))
                },
                any(not isinstance(cell.value, str | CellRichText) for cell in seen),
            )
        for _ in columns:
            self.omissions.add("hidden column")

    def _text(self, cell: ReadOnlyCell, rich: CellRichText | None) -> str:
        font, fill, value = cell.font, cell.fill, rich or cell.value
        key = (id(font), id(fill))
        if key not in self._looks:
            self._looks[key] = look_of(font, fill)
        if isinstance(value, CellRichText) and self._looks[key] is Look.PLAIN:
            return "".join(self._said(str(run), _look_of_run(run, fill)) for run in value).strip()
        text = str(value) if isinstance(value, str | CellRichText) else shown(value, cell.number_format)
        if isinstance(value, str | CellRichText) and _SHOWS_NOTHING.fullmatch(cell.number_format):
            return self._said(text, Look.HIDDEN)
        return self._said(text, self._looks[key]).strip()

    def _said(self, text: str, look: Look) -> str:
        if look is Look.HIDDEN:
            self.omissions.hidden += len(text.split())
        elif look is Look.STRUCK:
            self.omissions.struck += len(text.split())
        else:
            words = _ESCAPE.sub(" ", text)
            return raised(words) if look is Look.RAISED else words
        return ""


def _look_of_run(run: str | TextBlock, fill: Fill) -> Look:
    return look_of(run.font, fill) if isinstance(run, TextBlock) else Look.PLAIN


def _blocks(rows: Iterable[Row], budget: Budget) -> Iterator[str]:
    """The tables of a sheet. What stands between empty rows is one of its own if it begins with a title or a header."""
    tables: list[list[Row]] = []
    for part_of_sheet in _parts(rows, budget):
        if tables and not _begins_anew(part_of_sheet, tables[-1]):
            tables[-1] += part_of_sheet
        else:
            tables.append(part_of_sheet)
    for found in tables:
        columns = sorted({column for row, _ in found for column in row})
        budget.block(len(found), len(columns))
        written = [[row.get(column, "") for column in columns] for row, _ in found]
        yield from titled(written) if _is_wide(found) else (" ".join(" ".join(row).split()) for row in written)


def _parts(rows: Iterable[Row], budget: Budget) -> Iterator[list[Row]]:
    part_of_sheet: list[Row] = []
    for row in rows:
        if row[0]:
            budget.row(len(row[0]), sum(map(len, row[0].values())))
            part_of_sheet.append(row)
        elif part_of_sheet:
            yield part_of_sheet
            part_of_sheet = []
    if part_of_sheet:
        yield part_of_sheet


def _begins_anew(rows: list[Row], before: list[Row]) -> bool:
    """Whether rows behind an empty one are another table, and not more of the one before.

    They are if their columns are others, or if they begin with a title or with words above figures.
    """
    wide = _is_wide(rows)
    if wide != _is_wide(before) or not wide:
        return True
    (first, figures), *others = rows
    return (
        len(first) == 1
        or (not figures and any(numeric for _, numeric in others))
        or not {*first} <= {column for row, _ in before for column in row}
    )


def _is_wide(rows: list[Row]) -> bool:
    return any(len(row) > 1 for row, _ in rows)
