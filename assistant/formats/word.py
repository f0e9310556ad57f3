"""DOCX into text: what Word shows of a document's body, with its notes, text boxes and charts.

The numbers of lists and headings are text here, as a reader sees them and refers to them ("see 4.2").
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator

from lxml import etree

from ..errors import DocumentError
from . import Limits, Parsed, tidy
from .archive import part
from .office import (
    Omissions,
    joined,
    local,
    optional,
    package,
    part_of_kind,
    properties,
    readable,
    related,
    settled,
    titled,
    tree,
)
from .word_numbering import BULLET, Numbering
from .word_runs import Runs, is_placeholder, words_within
from .word_styles import Styles, W, on, value

_SILENT = frozenset("del moveFrom sectPr sdtPr sdtEndPr tblPr tblGrid trPr tcPr".split())
_CONTENTS_ENTRY = re.compile(r"toc \d|table of figures", re.IGNORECASE)
_LONGEST_HEADING = 200
"""Characters: a longer paragraph in a heading's style was styled for its looks, and is text."""
_WIDEST = 63
"""Columns that one cell may span in Word."""
_ITEM_NUMBER = re.compile(r"\d{1,3}[.)]")


def parse(_name: str, data: bytes, limits: Limits, _depth: int) -> Parsed:
    """What a reader of the DOCX sees, without page headers and footers. Raises DocumentError with the reason."""
    with package(data, limits, "Word") as archive, readable("Word"):
        reader = _Reader(archive)
        text = tidy(joined(reader.body()))
        about = properties(archive)
    if not text:
        raise DocumentError("it holds no text")
    title = reader.title or about.title or reader.heading
    return Parsed(text, title, about.author, language=about.language, remarks=reader.omissions.remarks())


class _Reader:
    """One document being read, from its first block to its last.

    What hangs on a paragraph follows it; what hangs on a table's cell, and a table within it, follows the table.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        main = part_of_kind(archive, "", "officeDocument") or "word/document.xml"
        self._root = settled(tree(part(archive, main)))
        if self._root.tag != f"{W}document":
            raise DocumentError("it is no Word file; name it after the program that it was made with")
        references = related(archive, main)
        parts = {kind: optional(archive, name) for kind, name in references.values() if kind in _PARTS}
        self._styles = Styles(parts.get("styles"), _page_colour(self._root, parts.get("settings")))
        self._numbering = Numbering(parts.get("numbering"), self._styles)
        self.omissions = Omissions()
        notes = {
            (local(note), note.get(f"{W}id", "")): note
            for kind in ("footnotes", "endnotes")
            if (root := parts.get(kind)) is not None
            for note in settled(root)
        }
        self._runs = Runs(archive, references, self._styles, notes, self.omissions)
        self._in_cells = 0
        self._carried = ""
        """The text of a paragraph whose end was deleted: it goes on in the next."""
        self.title: str | None = None
        """The first paragraph in the style of a title."""
        self.heading: str | None = None
        """The first heading of the highest level."""

    def body(self) -> Iterator[str]:
        """The document's blocks as Markdown; an empty one where nothing is shown."""
        yield from self._blocks(self._root.findall(f"{W}body/*"))
        yield self._carried

    def _blocks(self, elements: Iterable[etree._Element]) -> Iterator[str]:
        for element in elements:
            kind = local(element)
            if kind == "p":
                yield self._paragraph(element)
            elif kind == "tbl":
                yield from self._table(element)
            elif kind == "altChunk":
                self.omissions.add("embedded document")
            elif kind not in _SILENT and not is_placeholder(element):
                yield from self._blocks(element)
            if not self._in_cells:
                yield from self._hanging()

    def _hanging(self) -> Iterator[str]:
        while self._runs.waiting:
            waiting = self._runs.waiting.pop(0)
            if isinstance(waiting, str):
                yield waiting
            elif local(waiting) == "tbl":
                yield from self._table(waiting)
            elif local(waiting) in {"footnote", "endnote"}:
                said = " ".join(" ".join(self._blocks(waiting)).split())
                yield f"{local(waiting).capitalize()}: {said}" if said else ""
            else:
                yield from self._blocks(waiting)

    def _paragraph(self, paragraph: etree._Element) -> str:
        text = self._carried + self._runs.text(paragraph)
        self._carried = ""
        if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None:
            self._carried = text
            return ""
        if "\t" in text and _CONTENTS_ENTRY.fullmatch(self._styles.name(paragraph)):
            self.omissions.once.add("the table of contents")
            return ""
        label, level = self._numbering.label(paragraph)
        text = "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
        heading = self._styles.heading(paragraph)
        if not text:
            return ""
        if self._in_cells:
            return f"{'•' if label == BULLET else label} {text}".strip()
        if heading is None or len(text) > _LONGEST_HEADING:
            return _item(label, level, text) if label else text
        words = " ".join(f"{label.removeprefix(BULLET)} {text}".split())
        self.title = self.title or (words if heading == 0 else None)
        self.heading = self.heading or (words if heading == 1 else None)
        return f"{'#' * min(heading + 1, 6)} {words}"

    def _table(self, table: etree._Element) -> Iterator[str]:
        if self._in_cells:
            self._runs.waiting.append(table)
            return
        rows = [_cells(row) for row in _within(table, "tr") if self._is_shown(row)]
        if len(rows) == 1 and len(rows[0]) == 1 and rows[0][0] is not None:  # a frame around text
            yield from self._blocks(rows[0][0])
            return
        self._in_cells += 1
        written = [[self._cell(cell) for cell in row] for row in rows]
        self._in_cells -= 1
        yield from titled(written)

    def _is_shown(self, row: etree._Element) -> bool:
        properties_of_row = row.findall(f"{W}trPr")
        if on(properties_of_row, "hidden"):
            self.omissions.hidden += words_within(row)
            return False
        return not any(properties.find(f"{W}del") is not None for properties in properties_of_row)

    def _cell(self, cell: etree._Element | None) -> str:
        return " ".join(" ".join(self._blocks(cell)).split()) if cell is not None else ""


_PARTS = frozenset("styles numbering footnotes endnotes settings".split())


def _page_colour(root: etree._Element, settings: etree._Element | None) -> str:
    page = root.find(f"{W}background")
    return (
        page.get(f"{W}color", "")
        if page is not None and on([] if settings is None else [settings], "displayBackgroundShape")
        else "FFFFFF"
    )


def _item(label: str, level: int, text: str) -> str:
    mark = label if label == BULLET or _ITEM_NUMBER.fullmatch(label) else f"{BULLET} {label}"
    return f"{'  ' * level}{mark} {text}"


def _within(holder: etree._Element, name: str) -> Iterator[etree._Element]:
    """The rows of a table or the cells of a row, insertions and content controls looked through."""
    for child in holder:
        if local(child) == name:
            yield child
        elif local(child) not in {*_SILENT, "p", "tbl", "tr", "tc"}:
            yield from _within(child, name)


def _cells(row: etree._Element) -> list[etree._Element | None]:
    """One entry for each column of the grid; None where a cell before or above it goes on."""
    found: list[etree._Element | None] = [None] * _number(value(row, "trPr/gridBefore"), 0)
    for cell in _within(row, "tc"):
        merged = cell.find(f"{W}tcPr/{W}vMerge")
        goes_on = merged is not None and merged.get(f"{W}val") != "restart"
        found.append(None if goes_on else cell)
        found += [None] * (_number(value(cell, "tcPr/gridSpan"), 1) - 1)
    return found


def _number(written: str | None, otherwise: int) -> int:
    return min(int(written), _WIDEST) if written and written.isdecimal() else otherwise
