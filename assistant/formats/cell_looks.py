"""Whether a spreadsheet's cell shows its text at all, by its font and fill. Pure."""

from __future__ import annotations

from enum import Enum, auto

from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import COLOR_INDEX, Color
from openpyxl.styles.fills import Fill

from .office import near

_UNKNOWN = ""
_SMALLEST = 1
"""Points."""


class Look(Enum):
    """How text appears."""

    PLAIN = auto()
    RAISED = auto()
    STRUCK = auto()
    HIDDEN = auto()


def look_of(font: Font | InlineFont | None, fill: Fill | None) -> Look:
    """How text of this font appears on this fill; of two colours that cannot be told, it is taken to be seen."""
    if font is None:
        return Look.PLAIN
    size = font.sz
    colour = _rgb(font.color) if font.color is not None else _UNKNOWN
    if (size is not None and float(size) <= _SMALLEST) or near(colour, _behind(fill)):
        return Look.HIDDEN
    if font.strike:
        return Look.STRUCK
    return Look.RAISED if font.vertAlign == "superscript" else Look.PLAIN


def _behind(fill: Fill | None) -> str:
    if fill is None or (isinstance(fill, PatternFill) and fill.fill_type in {None, "none"}):
        return "FFFFFF"
    if isinstance(fill, PatternFill) and fill.fill_type == "solid" and fill.fgColor is not None:
        return _rgb(fill.fgColor)
    return _UNKNOWN


def _rgb(colour: Color) -> str:
    """Six hexadecimal digits; of the theme's colours only the first, white in every common theme."""
    if colour.type == "rgb":
        return str(colour.rgb)[-6:]
    if colour.type == "indexed" and colour.indexed is not None and colour.indexed < len(COLOR_INDEX):
        return COLOR_INDEX[colour.indexed][-6:]
    return "FFFFFF" if colour.type == "theme" and colour.theme == 0 and not colour.tint else _UNKNOWN
