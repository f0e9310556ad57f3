"""An HTML tree as Markdown of the plainest kind (see `formats`): headings, items, tables, paragraphs.

The tree is first reduced to the few elements that mean something there; markdownify writes those.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from lxml import etree
from lxml.etree import _Element
from markdownify import MarkdownConverter

from ..errors import DocumentError
from ..language.visible import raised
from . import table, tidy
from .unseen import take_out

TOO_DEEP = "it is nested too deeply"
_DEEPEST = 150
"""Elements within elements, after reduction: the writer calls itself for each."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_KEPT = frozenset({*_HEADINGS, "div", "ul", "ol", "li", "table", "tr", "td", "th", "pre", "br", "q"})
_PARAGRAPHS = frozenset(
    "p section article main header footer aside nav figure figcaption details summary form fieldset legend address"
    " center blockquote body html hgroup search dl dt dd hr menu dir".split()
)
_INLINE = "span"
_STRUCK = ("del", "s", "strike")
_LAID_OUT = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)")
_FOOTNOTE_MARK = re.compile(r"\s*\[\s*(?:\d{1,3}|[a-z]|note \d+|citation needed)\s*\]\s*")
_RAISED = re.compile(r"[-\d+−()]+|n")
_CELL, _ROW, _FIELD, _INDENT = "\x1f", "\x1e", "\x1d", "\x01"
"""Marks for the time of writing; no page may hold any."""
_MOST_COLUMNS = 100


def rendered(element: _Element) -> tuple[str, int]:
    """The text of an element, and how many struck-out words it leaves out.

    Raises DocumentError for more elements within each other than can be written.
    """
    root = etree.Element("div")
    inner = deepcopy(element)
    inner.tail = None
    root.append(inner)
    struck = _take_out_struck(root)
    _mark_raised(root)
    _reduce(root)
    _tidy_white_space(root)
    _number_items(root)
    _unwrap_single(root)
    if _depth(root) > _DEEPEST:
        raise DocumentError(TOO_DEEP)
    html = etree.tostring(root, method="html", encoding="unicode")
    written = _Writer(heading_style="atx", wrap=True, wrap_width=None).convert(html)
    return tidy(written.replace(_INDENT, "    ")), struck


def _take_out_struck(root: _Element) -> int:
    words = 0
    for element in list(root.iter(*_STRUCK)):
        words += len("".join(element.itertext()).split())
        take_out(element)
    return words


def _mark_raised(root: _Element) -> None:
    """Raised figures stay raised: "10<sup>6</sup>" is not 106. Numbers in brackets that lead to a note go."""
    for element in list(root.iter("sup")):
        words = "".join(element.itertext()).strip()
        if _FOOTNOTE_MARK.fullmatch(words):
            take_out(element)
        elif _RAISED.fullmatch(words):
            tail = element.tail
            element.clear()
            element.text, element.tail = raised(words), tail


def _reduce(root: _Element) -> None:
    for element in list(root.iter()):
        if element.tag in _PARAGRAPHS or (element.tag not in _KEPT and _LAID_OUT.search(element.get("style") or "")):
            element.tag = "div"
        elif element.tag == "caption":
            _set_before_table(element)
        elif element.tag not in _KEPT:
            element.tag = _INLINE
    for element in list(root.iter("table")):
        if _is_layout(element):
            _as_paragraphs(element, ("table", "tr", "td", "th"))
    for element in list(root.iter("ul", "ol", "li")):
        if any(inner.tag in _HEADINGS or inner.tag in ("table", "pre") for inner in element.iter()):
            _as_paragraphs(element, ("ul", "ol", "li"))
    etree.strip_tags(root, _INLINE)


def _set_before_table(caption: _Element) -> None:
    above = next(caption.iterancestors("table"), None)
    caption.tag = "div"
    if above is not None and above.getparent() is not None:
        caption.tail = None
        above.addprevious(caption)


def _is_layout(element: _Element) -> bool:
    """A table that only places things on the page, as in most mails, is no table to its reader."""
    if (element.get("role") or "").lower() in ("presentation", "none"):
        return True
    if any(inner.tag in _HEADINGS or inner.tag == "table" for inner in element.iterdescendants()):
        return True
    return all(len(row.findall("td")) + len(row.findall("th")) <= 1 for row in element.iter("tr"))


def _as_paragraphs(element: _Element, tags: tuple[str, ...]) -> None:
    """The element and its own parts become paragraphs; tables and lists within it are looked at by themselves."""
    waiting = [element]
    while waiting:
        inner = waiting.pop()
        waiting.extend(child for child in inner if child.tag not in ("table", "ul", "ol"))
        if inner.tag in tags:
            inner.tag = "div"


def _tidy_white_space(root: _Element) -> None:
    preformatted = {inner for element in root.iter("pre") for inner in element.iter()}
    for element in root.iter():
        if element.text:
            element.text = _plain(element.text, element in preformatted)
        if element.tail:
            above = element.getparent()
            element.tail = _plain(element.tail, above in preformatted)
            if element.tag == "br" and above not in preformatted:
                element.tail = element.tail.lstrip()


def _plain(text: str, preformatted: bool) -> str:
    return text if preformatted else re.sub(r"\s+", " ", text)


def _number_items(root: _Element) -> None:
    for element in root.iter("ol"):
        number = _number(element.get("start"), 1)
        for item in element.iterchildren("li"):
            number = _number(item.get("value"), number)
            item.set("value", str(number))
            number += 1
    for element in root.iter("ul"):
        for item in element.iterchildren("li"):
            item.attrib.pop("value", None)


def _number(written: str | None, otherwise: int) -> int:
    return int(written) if written and re.fullmatch(r"-?[0-9]{1,9}", written) else otherwise


def _unwrap_single(root: _Element) -> None:
    """A paragraph that holds but one other is that other: pages nest them by the dozen."""
    for element in list(root.iter("div")):
        above = element.getparent()
        outer = above.getparent() if above is not None else None
        if above is None or outer is None or above.tag != "div":
            continue
        if element.getprevious() is not None or element.getnext() is not None:
            continue
        if not (above.text or "").strip() and not (element.tail or "").strip():
            element.tail = above.tail
            outer.replace(above, element)


def _depth(root: _Element) -> int:
    deepest = depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


class _Writer(MarkdownConverter):
    """What the library does otherwise than we need: items, preformatted text, line breaks and tables."""

    def escape(self, text: str, parent_tags: set[str]) -> str:
        return text

    def convert_br(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return " " if "_inline" in parent_tags else "\n"

    def convert_li(self, el: Any, text: str, parent_tags: set[str]) -> str:
        words = text.strip()
        if "_inline" in parent_tags:
            return f" {words} "
        bullet = f"{el['value']}. " if el.get("value") else "- "
        indented = words.replace("\n", "\n" + " " * len(bullet))
        return f"{bullet}{indented}\n" if words else "\n"

    def convert_pre(self, el: Any, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return text
        lines = text.strip("\n").split("\n")
        return "\n\n" + "\n".join(f"{_INDENT}{line}" for line in lines) + "\n\n"

    def convert_td(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return _FIELD.join((text, el.get("colspan", ""), el.get("rowspan", ""))) + _CELL

    convert_th = convert_td

    def convert_tr(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return text + _ROW

    def convert_table(self, el: Any, text: str, parent_tags: set[str]) -> str:
        rows = [[cell.split(_FIELD) for cell in row.split(_CELL)[:-1]] for row in text.split(_ROW)[:-1]]
        return f"\n\n{table(_grid(rows))}\n\n"


def _grid(rows: list[list[list[str]]]) -> list[list[str]]:
    """Cells in their columns: one that spans rows stands in each of them, one that spans columns in the first."""
    grid: list[list[str]] = []
    below: dict[int, tuple[str, int]] = {}
    for row in rows:
        line: list[str] = []
        cells = iter(row)
        while True:
            text, left = below.pop(len(line), ("", 0))
            if left:
                line.append(text)
                if left > 1:
                    below[len(line) - 1] = (text, left - 1)
                continue
            cell = next(cells, None)
            if cell is None:
                break
            for column in range(min(max(_number(cell[1], 1), 1), _MOST_COLUMNS)):
                words = "" if column else cell[0]
                line.append(words)
                if _number(cell[2], 1) > 1:
                    below[len(line) - 1] = (words, _number(cell[2], 1) - 1)
        grid.append(line)
    return grid
