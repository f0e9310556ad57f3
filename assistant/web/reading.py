"""A whole article as blocks to read, in which any stretch of its text can be marked. Pure.

Offsets refer to the document's text, so the text is shown as it stands: only headings, lists and tables are seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

from ..language.tables import CELL_ENDS, is_rule

Kind = Literal["heading", "paragraph", "item", "quote", "row", "page"]
_HEADING = re.compile(r"(#{1,6})[ \t]+")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+")
_QUOTE = re.compile(r"[ \t]*>[ \t]?")
_TOGETHER = frozenset({"item", "quote", "row"})


@dataclass(frozen=True, slots=True)
class Words:
    """A run of text that is marked, or is not."""

    text: str
    marked: bool = False
    first: bool = False
    """Whether the marked stretch begins here."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, an item of a list, a row of a table, or where a page begins."""

    kind: Kind
    cells: list[list[Words]] = field(default_factory=list)
    """One, but for a row of a table."""
    level: int = 0
    """Of a heading how deep it stands below others, from 1; of a page its number."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Blocks that belong together: the rows of one table, the items of one list."""

    kind: Kind
    blocks: list[Block]


def stretches(text: str, start: int = 0, end: int = 0, pages: Sequence[int] = ()) -> list[Stretch]:
    """A document's text as it is shown, with text[start:end] marked; `pages` says where each page begins."""
    found = list(_nested(_blocks(text, start, min(end, len(text)), pages)))
    _note_first(found)
    grouped = groupby(enumerate(found), key=lambda each: (each[1].kind, each[1].kind in _TOGETHER or each[0]))
    return [Stretch(kind, [block for _, block in blocks]) for (kind, _), blocks in grouped]


def _note_first(blocks: Sequence[Block]) -> None:
    """Note in the first marked run that it is the first, whatever of the stretch is not shown before it."""
    for cell in (cell for block in blocks for cell in block.cells):
        for place, run in enumerate(cell):
            if run.marked:
                cell[place] = replace(run, first=True)
                return


def _nested(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with each heading one level below the one it belongs to, whatever levels were left out."""
    above: list[int] = []
    for block in blocks:
        if block.kind == "heading":
            while above and above[-1] >= block.level:
                above.pop()
            above.append(block.level)
            yield replace(block, level=len(above))
        else:
            yield block


def _blocks(text: str, start: int, end: int, pages: Sequence[int]) -> Iterator[Block]:
    position, paragraph_from = 0, -1
    turning = [(place, number) for number, place in enumerate(pages, start=1)]
    for line in [*text.splitlines(keepends=True), "\n"]:
        plain = line.strip()
        ends = not plain or plain[0] in "|>" or _HEADING.match(line) or _ITEM.match(line)
        turns = turning and turning[0][0] <= position
        if paragraph_from >= 0 and (ends or turns):
            yield Block("paragraph", [_marked(text, paragraph_from, position, start, end)])
            paragraph_from = -1
        while turning and turning[0][0] <= position:
            yield Block("page", level=turning.pop(0)[1])
        if plain and ends:
            yield from _line(text, line, position, start, end)
        elif plain and paragraph_from < 0:
            paragraph_from = position
        position += len(line)


def _line(text: str, line: str, position: int, start: int, end: int) -> Iterator[Block]:
    last = position + len(line.rstrip())
    if heading := _HEADING.match(line):
        words = _marked(text, position + heading.end(), last, start, end)
        yield Block("heading", [words], level=len(heading[1]))
    elif line.lstrip().startswith("|"):
        if not is_rule(line.strip()):
            yield Block("row", list(_row(text, position, last, start, end)))
    elif quote := _QUOTE.match(line):
        yield Block("quote", [_marked(text, position + quote.end(), last, start, end)])
    elif item := _ITEM.match(line):
        yield Block("item", [_marked(text, position + item.end(), last, start, end)])


def _row(text: str, position: int, last: int, start: int, end: int) -> Iterator[list[Words]]:
    bars = [position + bar.start() for bar in CELL_ENDS.finditer(text[position:last])]
    for bar, following in zip(bars, [*bars[1:], last], strict=True):
        if bar + 1 < last:
            yield _marked(text, bar + 1, following, start, end)


def _marked(text: str, begin: int, stop: int, start: int, end: int) -> list[Words]:
    """text[begin:stop] without white space around it, parted where the marked stretch begins and ends."""
    while begin < stop and text[begin].isspace():
        begin += 1
    while stop > begin and text[stop - 1].isspace():
        stop -= 1
    inner, outer = max(begin, min(start, stop)), min(stop, max(end, begin))
    if inner >= outer:
        return [Words(text[begin:stop])]
    parts = [
        Words(text[begin:inner]),
        Words(text[inner:outer], marked=True),
        Words(text[outer:stop]),
    ]
    return [words for words in parts if words.text]
