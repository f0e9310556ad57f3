"""HTML as plain Markdown: headings, paragraphs, items and tables, and nothing that a quote would have to explain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import lxml.html
from bs4 import BeautifulSoup, Tag
from lxml.html import HtmlElement
from markdownify import MarkdownConverter

from ..errors import DocumentError
from . import table, tidy
from .unseen import without_unseen

_FIGURES = "0123456789+-−"
_RAISED = str.maketrans(_FIGURES, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_NOTE = re.compile(r"^#|(?:foot|end)note|fnref|cite[_-]?ref", re.IGNORECASE)
_BARE = "a img b strong em i u code kbd samp tt var cite mark small big font abbr ins sub span".split()
"""Elements of which only the words are kept."""
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DEEPEST = 500
_LONG_CELL = 600
"""Characters: a table with a longer cell lays out a page."""


def read_html(text: str) -> HtmlElement:
    """The tree of a page or a part of one. Raises DocumentError."""
    parser = lxml.html.HTMLParser(no_network=True, huge_tree=True, remove_pis=True)
    try:
        root: HtmlElement = lxml.html.document_fromstring(_CONTROLS.sub("", text), parser=parser)
    except (lxml.etree.LxmlError, ValueError):
        raise DocumentError("it holds no text") from None
    depth = 0
    for event, _ in lxml.etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST:  # some levels further libxml2 drops what it reads, and says nothing
            raise DocumentError("it is nested too deeply")
    return root


def markdown_of(html: str) -> tuple[str, bool]:
    """A part of a page as Markdown, and whether text in it was hidden. Raises DocumentError."""
    if not html.strip():
        return "", False
    root = read_html(html)
    hidden = without_unseen(root)
    return rendered(root), hidden


def rendered(element: HtmlElement) -> str:
    """An element's Markdown. Raises DocumentError when it is nested too deeply."""
    _raised_plain(element)
    _laid_out_plain(element)
    try:
        soup = BeautifulSoup(lxml.html.tostring(element, encoding="unicode", with_tail=False), "html.parser")
        plain = _Plain(
            heading_style="atx",
            bullets="-",
            strip=_BARE,
            escape_asterisks=False,
            escape_underscores=False,
            escape_misc=False,
        )
        return tidy(plain.convert_soup(soup))
    except RecursionError:
        raise DocumentError("it is nested too deeply") from None


class _Plain(MarkdownConverter):
    """Markdown without marks in sentences; a table is one where its rows say something together."""

    def convert_blockquote(self, _: Tag, text: str, parent_tags: set[str]) -> str:
        return self._block(text)

    def convert_pre(self, _: Tag, text: str, parent_tags: set[str]) -> str:
        return self._block(text)

    def convert_hr(self, _: Tag, text: str, parent_tags: set[str]) -> str:
        return "\n\n"

    def convert_q(self, _: Tag, text: str, parent_tags: set[str]) -> str:
        return f"“{text}”"

    def convert_table(self, element: Tag, text: str, parent_tags: set[str]) -> str:
        caption = element.find("caption")
        above = f"{caption.get_text(' ', strip=True)}\n\n" if caption else ""
        return self._block(above + table(_rows(element)))

    def _block(self, text: str) -> str:
        return f"\n\n{text.strip()}\n\n" if text.strip() else ""

    def _row(self, _: Tag, text: str, parent_tags: set[str]) -> str:
        return self._block(text)

    convert_dt = convert_dd = convert_dl = _row
    convert_caption = convert_figcaption = convert_summary = convert_address = _row


def _laid_out_plain(element: HtmlElement) -> None:
    """Tables that only lay out a page become blocks."""
    for found in list(element.iter("table")):
        if not _says_something(found):
            for part in [found, *_own(found, "tbody", "thead", "tfoot", "tr", "td", "th", "caption")]:
                part.tag = "div"


def _says_something(found: HtmlElement) -> bool:
    """Whether a table holds rows of cells that say something together."""
    if found.get("role") in ("presentation", "none") or found.find(".//table") is not None:
        return False
    cells = list(found.iter("td", "th"))
    rows = len(list(found.iter("tr")))
    short = all(len("".join(cell.itertext())) <= _LONG_CELL for cell in cells)
    return found.find(".//th") is not None or (short and rows > 1 and len(cells) > rows)


def _own(found: HtmlElement, *tags: str) -> list[HtmlElement]:
    """A table's parts without those of tables within it."""
    return [part for part in found.iter(*tags) if next(part.iterancestors("table"), None) is found]


def _rows(element: Tag) -> Iterator[list[str]]:
    """The rows' cells: one that spans rows stands in each of them, one that spans columns in the first."""
    spanning: dict[int, tuple[int, str]] = {}
    for row in element.find_all("tr"):
        cells: list[str] = []
        for cell in row.find_all(["td", "th"]):
            _fill(cells, spanning)
            words = cell.get_text(" ", strip=True)
            if (down := _span(cell, "rowspan")) > 1:
                spanning[len(cells)] = (down - 1, words)
            cells += [words, *[""] * (_span(cell, "colspan") - 1)]
        _fill(cells, spanning)
        yield cells


def _fill(cells: list[str], spanning: dict[int, tuple[int, str]]) -> None:
    while len(cells) in spanning:
        place = len(cells)
        left, words = spanning.pop(place)
        cells.append(words)
        if left > 1:
            spanning[place] = (left - 1, words)


def _span(cell: Tag, name: str) -> int:
    written: Any = cell.get(name, "1")
    return max(1, min(int(written), 100)) if str(written).isdecimal() else 1


def _raised_plain(element: HtmlElement) -> None:
    """Raised figures, which would make another figure of the one before: a note's mark goes, a power stays raised."""
    for raised in element.iter("sup"):
        words = "".join(raised.itertext()).strip()
        links = [link.get("href", "") + link.get("class", "") for link in raised.iter("a")]
        if any(_NOTE.search(link) for link in [*links, raised.get("class", ""), raised.get("id", "")]):
            for child in list(raised):
                raised.remove(child)
            raised.text = ""
        elif words and _before(raised)[-1:].isalnum():
            for child in list(raised):
                raised.remove(child)
            raised.text = words.translate(_RAISED) if set(words) <= set(_FIGURES) else f"^{words}"


def _before(element: HtmlElement) -> str:
    former, parent = element.getprevious(), element.getparent()
    if former is not None:
        return former.tail or "".join(former.itertext())
    return (parent.text or "") if parent is not None else ""
