"""The colour behind a shape's text on a slide, as far as it can be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.slide import Slide

from .office import local, tree

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
UNKNOWN = ""
_FILLS = frozenset({"solidFill", "gradFill", "blipFill", "pattFill", "grpFill"})
_PLAIN_BACKGROUND = "1001"
"""The theme's first background, which is one colour."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The theme's colours by name, and the colour behind a text: six hexadecimal digits, empty where not known."""

    theme: dict[str, str]
    behind: str

    def colour(self, fill: etree._Element) -> str:
        """The colour of a fill; empty where it is shaded, or none that is known."""
        for chosen in fill:
            if len(chosen) == 0 and local(chosen) == "srgbClr":
                return str(chosen.get("val", UNKNOWN))
            if len(chosen) == 0 and local(chosen) == "schemeClr":
                return self.theme.get(chosen.get("val", ""), UNKNOWN)
        return UNKNOWN

    def of_shape(self, shape: etree._Element) -> Palette:
        """The palette for a shape's own text."""
        drawn = shape.find(f"{P}spPr")
        for fill in drawn if drawn is not None else ():
            if local(fill) == "noFill":
                return self
            if local(fill) in _FILLS:
                return Palette(self.theme, self.colour(fill) if local(fill) == "solidFill" else UNKNOWN)
        styled = shape.find(f"{P}style/{A}fillRef")
        return self if styled is None or styled.get("idx") == "0" else Palette(self.theme, UNKNOWN)


def palette(slide: Slide) -> Palette:
    """The palette of a slide. Text may stand on a picture or a filled shape; with one of them it is not known."""
    master = slide.slide_layout.slide_master
    theme = _theme(master.element, tree(master.part.part_related_by(RELATIONSHIP_TYPE.THEME).blob))
    holders = [slide.element, slide.slide_layout.element, master.element]
    if any(_covers(shape) for holder in holders for shape in holder.iter(f"{P}sp", f"{P}pic", f"{P}cxnSp")):
        return Palette(theme, UNKNOWN)
    return Palette(theme, _background(holders, Palette(theme, "FFFFFF")))


def _covers(shape: etree._Element) -> bool:
    return (
        local(shape) == "pic"
        or any(local(fill) in _FILLS for drawn in shape.findall(f"{P}spPr") for fill in drawn)
        or any(styled.get("idx") != "0" for styled in shape.findall(f"{P}style/{A}fillRef"))
    )


def _background(holders: Iterable[etree._Element], plain: Palette) -> str:
    for holder in holders:
        found = holder.find(f"{P}cSld/{P}bg")
        for choice in found if found is not None else ():
            if local(choice) == "bgRef":
                return plain.colour(choice) if choice.get("idx") == _PLAIN_BACKGROUND else UNKNOWN
            fill = choice.find(f"{A}solidFill")
            return plain.colour(fill) if fill is not None else UNKNOWN
    return plain.behind


def _theme(master: etree._Element, theme: etree._Element) -> dict[str, str]:
    """Colours by the names that slides use, such as bg1, and by those of the theme, such as lt1."""
    scheme = theme.find(f".//{A}clrScheme")
    named = {
        local(slot): slot[0].get("lastClr") or slot[0].get("val", UNKNOWN)
        for slot in (scheme if scheme is not None else ())
        if len(slot)
    }
    mapped = master.find(f"{P}clrMap")
    return named | {name: named.get(slot, UNKNOWN) for name, slot in (mapped.items() if mapped is not None else ())}
