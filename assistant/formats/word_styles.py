"""What the styles of a Word document make of a paragraph and of its runs: headings, and text that nobody sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from .office import local, near

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_SMALLEST = 2
"""Half-points: text of one point or less cannot be read."""
_UNKNOWN = ""
"""A background whose colour cannot be told, such as a gradient, the theme's or a table style's."""
_HIGHLIGHTS = {"black": "000000", "white": "FFFFFF"}


@dataclass(slots=True)
class Styles:
    """The styles of a document. Their names are English in every language of Word, unlike their ids."""

    root: etree._Element | None
    page: str = "FFFFFF"
    """The colour behind everything."""
    _by_id: dict[str, etree._Element] = field(default_factory=dict)
    _default: str = ""

    def __post_init__(self) -> None:
        for style in self.root.iter(f"{W}style") if self.root is not None else ():
            self._by_id[style.get(f"{W}styleId", "")] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in {"1", "true"}:
                self._default = style.get(f"{W}styleId", "")

    def chain(self, style: str | None) -> list[etree._Element]:
        """A style and those it is based on, the nearest first."""
        found: list[etree._Element] = []
        while style in self._by_id and self._by_id[style] not in found:
            found.append(self._by_id[style])
            style = value(found[-1], "basedOn")
        return found

    def of_paragraph(self, paragraph: etree._Element | None) -> list[etree._Element]:
        """The chain of a paragraph's style."""
        return self.chain(value(paragraph, "pPr/pStyle") or self._default)

    def name(self, paragraph: etree._Element) -> str:
        """The name of a paragraph's style."""
        return next((value(style, "name") or "" for style in self.of_paragraph(paragraph)), "")

    def heading(self, paragraph: etree._Element) -> int | None:
        """0 for the title, 1 to 9 for headings, None for other paragraphs."""
        for holder in (paragraph, *self.of_paragraph(paragraph)):
            name = value(holder, "name") or ""
            if name.lower() == "title":
                return 0
            if named := _HEADING.fullmatch(name):
                return int(named[1])
            level = value(holder, "pPr/outlineLvl")
            if level is not None:
                return int(level) + 1 if int(level) < 9 else None
        return None

    def layers(self, run: etree._Element, paragraph: etree._Element | None) -> list[etree._Element]:
        """The properties that hold for a run, the nearest first: its own, its style's, its paragraph's."""
        own = run.find(f"{W}rPr")
        chained = [*self.chain(value(run, "rPr/rStyle")), *self.of_paragraph(paragraph)]
        found = [own, *(style.find(f"{W}rPr") for style in chained)]
        if self.root is not None:
            found.append(self.root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
        return [layer for layer in found if layer is not None]

    def hides(self, run: etree._Element, layers: list[etree._Element]) -> bool:
        """Whether no reader sees the run: hidden, tiny, or of the colour behind it."""
        size = first(layers, "sz")
        if on(layers, "vanish") or (size is not None and float(size.get(f"{W}val", "22")) <= _SMALLEST):
            return True
        colour = first(layers, "color")
        if colour is None:
            return False
        shade = colour.get(f"{W}val", "auto")
        if shade == "auto" and colour.get(f"{W}themeColor") in {"background1", "light1"}:
            shade = "FFFFFF"
        return shade != "auto" and near(shade, self._behind(run, layers))

    def _behind(self, run: etree._Element, layers: list[etree._Element]) -> str:
        marked = first(layers, "highlight")
        if marked is not None and marked.get(f"{W}val") != "none":
            return _HIGHLIGHTS.get(marked.get(f"{W}val", ""), _UNKNOWN)
        fills = (fill for holder in (*layers, *run.iterancestors()) for fill in self._fills(holder))
        return next(fills, self.page)

    def _fills(self, holder: etree._Element) -> Iterator[str]:
        kind = local(holder)
        if kind == "rPr":
            yield from _shading(holder)
        elif kind in {"p", "tc", "tbl"}:
            yield from _shading(holder.find(f"{W}{kind}Pr"))
            styles = self.of_paragraph(holder) if kind == "p" else self.chain(value(holder, "tblPr/tblStyle"))
            for style in styles:
                if kind == "p":
                    yield from _shading(style.find(f"{W}pPr"))
                elif next(style.iter(f"{W}shd"), None) is not None:
                    yield _UNKNOWN
        elif kind == "wsp":
            yield from _drawn(holder)
        elif holder.get("fillcolor") and holder.get("filled") not in {"f", "false"}:
            yield holder.get("fillcolor", "").partition(" ")[0].lstrip("#")


def value(element: etree._Element | None, path: str) -> str | None:
    """The `w:val` at a path below an element, such as "pPr/pStyle"."""
    found = None if element is None else element.find("/".join(f"{W}{step}" for step in path.split("/")))
    return None if found is None else found.get(f"{W}val")


def first(layers: list[etree._Element], name: str) -> etree._Element | None:
    """The property that holds, of those in several layers."""
    return next((found for layer in layers if (found := layer.find(f"{W}{name}")) is not None), None)


def on(layers: list[etree._Element], *names: str) -> bool:
    """Whether one of these switches is on."""
    switches = (first(layers, name) for name in names)
    return any(switch is not None and switch.get(f"{W}val") not in {"0", "false", "off"} for switch in switches)


def _shading(properties: etree._Element | None) -> Iterator[str]:
    found = None if properties is None else properties.find(f"{W}shd")
    if found is not None:
        fill = found.get(f"{W}fill", "auto")
        if fill != "auto":
            yield fill
        elif found.get(f"{W}val") not in {"clear", "nil", None}:
            yield _UNKNOWN


def _drawn(shape: etree._Element) -> Iterator[str]:
    """The colour of a drawn text box; nothing where what lies behind it shows through."""
    for properties in (child for child in shape if local(child) == "spPr"):
        for fill in properties:
            if local(fill) == "noFill":
                return
            if local(fill) in {"solidFill", "gradFill", "blipFill", "pattFill"}:
                colour = next((c.get("val", "") for c in fill.iter() if local(c) == "srgbClr"), _UNKNOWN)
                yield colour if local(fill) == "solidFill" else _UNKNOWN
    if any(local(found) == "fillRef" and found.get("idx") != "0" for found in shape.iter()):
        yield _UNKNOWN
