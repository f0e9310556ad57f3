"""Charts and diagrams inside documents and slides: the words and figures they show."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from . import table
from .cell_formats import shown
from .office import local

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_Points = dict[int, str]


def chart_blocks(root: etree._Element) -> list[str]:
    """A chart's title, and its categories and values as a table; series over different categories are tables apart.

    Empty for a kind of chart that is not read.
    """
    heading = root.find(f"{_C}chart/{_C}title")
    words = "" if heading is None else " ".join(" ".join(_texts(heading)).split())
    epoch = root.find(f"{_C}date1904")
    old = epoch is not None and epoch.get("val", "1") in {"1", "true"}
    groups: list[tuple[_Points, list[tuple[str, _Points]]]] = []
    for series in root.iter(f"{_C}ser"):
        categories = _points(series, ("cat", "xVal"), old=old)
        columns = [(" ".join(_texts(series.find(f"{_C}tx"))), _points(series, ("val", "yVal"), old=old))]
        sizes = _points(series, ("bubbleSize",), old=old)
        columns += [("Size", sizes)] if sizes else []
        if groups and groups[-1][0] == categories:
            groups[-1][1].extend(columns)
        else:
            groups.append((categories, columns))
    tables = [text for group in groups if (text := _table(*group))]
    return [words, *tables] if tables else []


def diagram_items(root: etree._Element) -> list[str]:
    """The words of a SmartArt diagram, one item a shape, in the order of its outline."""
    points = (point for point in root.iter(f"{_DGM}pt") if point.get("type", "node") in {"node", "asst"})
    words = (" ".join(" ".join(_texts(point)).split()) for point in points)
    return [f"- {text}" for text in words if text]


def _table(categories: _Points, columns: list[tuple[str, _Points]]) -> str:
    filled = [points for _, points in columns if points]
    if not filled:
        return ""
    numbers = sorted({*categories}.union(*filled))
    head = ["", *(name for name, _ in columns)]
    return table([head, *([categories.get(n, ""), *(points.get(n, "") for _, points in columns)] for n in numbers)])


def _points(series: etree._Element, names: tuple[str, ...], *, old: bool) -> _Points:
    """Values by their number; of categories in several levels, all that stand over one value."""
    found: _Points = {}
    for cache in (child for child in series if local(child) in names for child in child.iter() if _is_cache(child)):
        code = cache.findtext(f"{_C}formatCode") or "General"
        levels = [dict(_level(level, code, old=old)) for level in cache.findall(f"{_C}lvl")] or [
            dict(_level(cache, code, old=old))
        ]
        inner, *outer = levels
        for number, text in inner.items():
            found[number] = " ".join([*reversed([_standing(level, number) for level in outer]), text]).strip()
    return found


def _standing(level: _Points, number: int) -> str:
    """What an outer level of categories says over a value: what was last said at or before it."""
    return level.get(max((at for at in level if at <= number), default=-1), "")


def _is_cache(node: etree._Element) -> bool:
    return local(node) in {"strCache", "numCache", "strLit", "numLit", "multiLvlStrCache"}


def _level(cache: etree._Element, code: str, *, old: bool) -> Iterator[tuple[int, str]]:
    for point in cache.findall(f"{_C}pt"):
        text = point.findtext(f"{_C}v") or ""
        yield (
            int(point.get("idx", "0")),
            _shown(text, point.get("formatCode", code), old=old) if _numeric(cache) else text,
        )


def _numeric(cache: etree._Element) -> bool:
    return local(cache).startswith("num")


def _shown(text: str, code: str, *, old: bool) -> str:
    try:
        value = float(text)
    except ValueError:
        return text
    if is_date_format(code):
        return shown(from_excel(value, CALENDAR_MAC_1904 if old else CALENDAR_WINDOWS_1900), code)
    return shown(value, code)


def _texts(node: etree._Element | None) -> Iterator[str]:
    """Written text, or the cached cell that it comes from."""
    for found in node.iter(f"{_A}t", f"{_C}v") if node is not None else ():
        yield found.text or ""
