"""The numbers and bullets that Word shows before paragraphs; a file holds only the rules that make them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from .list_numbers import written
from .word_styles import Styles, W, value

BULLET = "-"
_PLACE = re.compile(r"%(\d)")
_DEEPEST = 9


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far each has been counted."""

    root: etree._Element | None
    styles: Styles
    _abstract: dict[str, etree._Element] = field(default_factory=dict)
    _lists: dict[str, etree._Element] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for child in self.root if self.root is not None else ():
            self._abstract[child.get(f"{W}abstractNumId", "")] = child
            self._lists[child.get(f"{W}numId", "")] = child

    def label(self, paragraph: etree._Element) -> tuple[str, int]:
        """What stands before the paragraph (empty where nothing does, "-" for a bullet) and its level, from 0.

        Must be asked once for each paragraph, in their order, as it counts.
        """
        number, depth = self._place(paragraph)
        if number not in self._lists:
            return "", 0
        key, levels = self._levels(number)
        level = levels.get(depth)
        if level is None:
            return "", 0
        self._count(number, key, levels, depth)
        if value(level, "numFmt") == "bullet":
            return BULLET, depth
        text = value(level, "lvlText") or ""
        whole = level.find(f"{W}isLgl") is not None
        counts = [self._counted(key, levels, int(place) - 1, whole=whole) for place in _PLACE.findall(text)]
        if None in counts:  # in words or in a script that is not written here: better no number than another
            return BULLET, depth
        return _PLACE.sub(lambda _: counts.pop(0) or "", text).strip(), depth

    def _place(self, paragraph: etree._Element) -> tuple[str, int]:
        """The id of the paragraph's list, and its level in it."""
        number, level = value(paragraph, "pPr/numPr/numId"), value(paragraph, "pPr/numPr/ilvl")
        for style in self.styles.of_paragraph(paragraph):
            if number is None and (number := value(style, "pPr/numPr/numId")) is not None:
                level = level or self._level_of(number, style) or value(style, "pPr/numPr/ilvl")
        depth = int(level or 0)
        return number or "", depth if 0 <= depth < _DEEPEST else 0

    def _level_of(self, number: str, style: etree._Element) -> str | None:
        levels = self._levels(number)[1] if number in self._lists else {}
        named = style.get(f"{W}styleId")
        return next((str(depth) for depth, level in levels.items() if value(level, "pStyle") == named), None)

    def _levels(self, number: str) -> tuple[str, dict[int, etree._Element]]:
        """A list's levels, and the key of the count that it shares with others."""
        key = value(self._lists[number], "abstractNumId") or ""
        abstract = self._abstract.get(key)
        linked = value(abstract, "numStyleLink")
        for style in self.styles.chain(linked)[:1]:
            target = value(style, "pPr/numPr/numId") or ""
            if target in self._lists and target != number:
                key = value(self._lists[target], "abstractNumId") or ""
                abstract = self._abstract.get(key)
        levels = {
            _depth(level): level for level in (abstract if abstract is not None else ()) if level.tag == f"{W}lvl"
        }
        own = self._lists[number].findall(f"{W}lvlOverride/{W}lvl")
        return key, levels | {_depth(level): level for level in own}

    def _count(self, number: str, key: str, levels: dict[int, etree._Element], depth: int) -> None:
        counts = self._counts.setdefault(key, {})
        begins = _start(levels[depth])
        if (number, depth) not in self._begun:
            self._begun.add((number, depth))
            for override in self._lists[number].findall(f"{W}lvlOverride"):
                if _depth(override) == depth and (restart := value(override, "startOverride")) is not None:
                    counts.pop(depth, None)
                    begins = int(restart)
        counts[depth] = counts[depth] + 1 if depth in counts else begins
        for deeper in [other for other in counts if other > depth]:
            if value(levels.get(deeper), "lvlRestart") != "0":
                del counts[deeper]

    def _counted(self, key: str, levels: dict[int, etree._Element], depth: int, *, whole: bool) -> str | None:
        level = levels.get(depth)
        count = self._counts[key].get(depth, _start(level))
        form = "decimal" if whole else value(level, "numFmt") or "decimal"
        return written(count, form)


def _depth(level: etree._Element) -> int:
    return int(level.get(f"{W}ilvl", "0"))


def _start(level: etree._Element | None) -> int:
    return int(value(level, "start") or 1)
