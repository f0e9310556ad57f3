"""Where on an HTML page its main part is: the article, without menus, side columns and footers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from lxml import etree
from lxml.etree import _Element

from .unseen import take_out

_NO_TEXT = (
    *("script", "style", "template", "noscript", "svg", "iframe", "object", "embed", "canvas", "audio", "video"),
    *("select", "textarea", "input", "datalist", "map", "img", "picture"),
)
"""Elements whose content is not read as text of the page."""
_BUTTON = ".//button[not(ancestor::h1 or ancestor::h2 or ancestor::h3 or ancestor::h4 or ancestor::h5 or ancestor::h6)]"
_MENUS = (
    ".//nav | .//*[@role='navigation' or @role='search' or @role='menu' or @role='menubar' or @role='toolbar']"
    " | .//*[@role='dialog' or @role='alertdialog'] | .//dialog[not(@open)]"
)
_BESIDE = (
    ".//aside | .//footer | .//header[.//nav] | .//form"
    " | .//*[@role='banner' or @role='contentinfo' or @role='complementary']"
)
_CONSENT = re.compile(r"(?:cookie|consent|gdpr)s?[-_]?(?:banner|notice|bar|popup|message|modal|overlay)", re.IGNORECASE)
_WITHIN = frozenset({"article", "main"})
_NEARLY_ALL = 0.9
_MOST = 0.5
_LITTLE = 0.25
"""Of a page's text: when the paragraphs found are less, they are no proof of where the main part is."""
_MUCH = 600
"""Characters: more than a footer says."""


def without_scripts(page: _Element) -> None:
    """Take out what is no text of the page: comments, scripts, pictures, controls."""
    etree.strip_tags(page, etree.Comment, etree.ProcessingInstruction, etree.Entity)
    etree.strip_elements(page, *_NO_TEXT, with_tail=False)


def main_part(body: _Element) -> tuple[_Element, bool]:
    """The element of `body` that holds its main part, and whether much other text than links is not in it.

    Menus, side columns, footers and the like are taken out of the tree.
    """
    beside = _elements(body, _BESIDE)
    for element in _elements(body, f"{_MENUS} | {_BUTTON}"):
        take_out(element)
    before = _prose(body)
    _take_out_beside(body, beside)
    part = _located(body)
    return part, before - _prose(part) > _MUCH


def _located(body: _Element) -> _Element:
    text = _Squeezed.of(body)
    found = _Places.of(_paragraphs(body), text.characters)
    marked = sorted(_marked(body), key=text.length)
    for element in marked:
        held = found.within(*text.spans[element])
        if held >= _NEARLY_ALL * found.total and held >= _MOST * text.length(element) and held:
            return element
    if found.total < _LITTLE * len(text.characters):
        whole = [element for element in marked if text.length(element) >= _MOST * len(text.characters)]
        return whole[-1] if whole else body
    holding = [element for element in marked if found.within(*text.spans[element]) >= _MOST * found.total]
    return holding[-1] if holding else _smallest(body, text, found)


@dataclass(frozen=True, slots=True)
class _Squeezed:
    """The characters of a tree without white space, and where each element's lie."""

    characters: str
    spans: dict[_Element, tuple[int, int]]

    @classmethod
    def of(cls, root: _Element) -> _Squeezed:
        pieces: list[str] = []
        begins: dict[_Element, int] = {}
        spans: dict[_Element, tuple[int, int]] = {}
        length = 0
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                begins[element] = length
            else:
                spans[element] = (begins[element], length)
            piece = "".join(((element.text if event == "start" else element.tail) or "").split())
            pieces.append(piece)
            length += len(piece)
        return cls("".join(pieces)[: spans[root][1]], spans)

    def length(self, element: _Element) -> int:
        start, end = self.spans[element]
        return end - start


@dataclass(frozen=True, slots=True)
class _Places:
    """Where paragraphs lie in squeezed text, none of them within another."""

    starts: list[int]
    sums: list[int]
    """How many characters the paragraphs before each one have; last, all of them."""

    @classmethod
    def of(cls, paragraphs: Iterator[str], characters: str) -> _Places:
        lengths: dict[int, int] = {}
        cursor = 0
        for paragraph in paragraphs:
            at = characters.find(paragraph, cursor)
            if at != -1:
                lengths[at] = len(paragraph)
                cursor = at + len(paragraph)
        return cls(list(lengths), [0, *accumulate(lengths.values())])

    @property
    def total(self) -> int:
        return self.sums[-1]

    def within(self, start: int, end: int) -> int:
        """How many characters of the paragraphs lie there."""
        return self._before(end) - self._before(start)

    def _before(self, place: int) -> int:
        begun = bisect_left(self.starts, place)
        if not begun:
            return 0
        last = self.sums[begun] - self.sums[begun - 1]
        return self.sums[begun - 1] + min(last, place - self.starts[begun - 1])


def _paragraphs(body: _Element) -> Iterator[str]:
    """The paragraphs that trafilatura takes for the main part, without white space."""
    from trafilatura import extract

    page = f"<html>{etree.tostring(body, method='html', encoding='unicode', with_tail=False)}</html>"
    try:
        text = extract(page, output_format="txt", include_comments=False, include_tables=True, favor_recall=True)
    except RecursionError:
        return
    for line in (text or "").split("\n"):
        for cell in line.removeprefix("- ").split("|"):
            if squeezed := "".join(cell.split()):
                yield squeezed


def _marked(body: _Element) -> Iterator[_Element]:
    yield from body.iter("article", "main")
    yield from (element for element in body.iter() if (element.get("role") or "").lower() in _WITHIN)


def _smallest(body: _Element, text: _Squeezed, found: _Places) -> _Element:
    """The smallest element that holds nearly all that was found."""
    enough = _NEARLY_ALL * found.total
    holding = (element for element in body.iter() if found.within(*text.spans[element]) >= enough)
    return min(holding, key=text.length, default=body)


def _take_out_beside(body: _Element, elements: list[_Element]) -> None:
    whole = _length(body)
    for element in elements:
        inside = any(above.tag in _WITHIN for above in element.iterancestors())
        if element.find(".//article") is not None or element.find(".//main") is not None:
            continue
        if _length(element) < _MOST * whole and (not inside or _is_mostly_links(element)):
            take_out(element)
    for element in list(body.iter("div", "section")):
        if _CONSENT.search(f"{element.get('id')} {element.get('class')}") and _length(element) < _MOST * whole:
            take_out(element)


def _elements(root: _Element, path: str) -> list[_Element]:
    return list(root.xpath(path))


def _length(element: _Element) -> int:
    return sum(len(piece.strip()) for piece in element.itertext())


def _prose(element: _Element) -> int:
    return _length(element) - sum(_length(link) for link in element.iter("a"))


def _is_mostly_links(element: _Element) -> bool:
    return sum(_length(link) for link in element.iter("a")) >= _MOST * _length(element)
