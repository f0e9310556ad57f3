"""The paragraphs of a shape or a table's cell on a slide as blocks."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from ..language.visible import raised
from .equations import UNWRITTEN, linear
from .list_numbers import written
from .office import Omissions, local, near
from .slide_colours import Palette

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SMALLEST = 100
"""Hundredths of a point: what is smaller or as small cannot be read."""
_FORMS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
_AROUND = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}"}


def blocks_of(
    shape: etree._Element, omissions: Omissions, *, bulleted: bool = False, palette: Palette | None = None
) -> Iterator[str]:
    """A shape's paragraphs. With `bulleted`, those that do not say otherwise are items.

    The palette says what lies behind the text; without it, white text is never taken to be hidden.
    """
    counts: dict[int, int] = {}
    for paragraph in shape.iterfind(f"{{*}}txBody/{A}p"):
        text = "".join(_pieces(paragraph, omissions, palette))
        text = "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
        if text:
            form = paragraph.find(f"{A}pPr")
            level = int(form.get("lvl", "0")) if form is not None else 0
            mark = _mark(form, level, counts, bulleted=bulleted)
            yield f"{'  ' * min(level, 8)}{mark} {text}" if mark else text


def line_of(shape: etree._Element, omissions: Omissions) -> str:
    """A shape's text on one line, without marks of lists."""
    return " ".join(" ".join(blocks_of(shape, omissions)).split())


def _mark(form: etree._Element | None, level: int, counts: dict[int, int], *, bulleted: bool) -> str:
    kinds = {local(child): child for child in form} if form is not None else {}
    for deeper in [other for other in counts if other > level]:
        del counts[deeper]
    numbered = kinds.get("buAutoNum")
    if numbered is None:
        counts.pop(level, None)
        return "-" if "buChar" in kinds or "buBlip" in kinds or (bulleted and "buNone" not in kinds) else ""
    counts[level] = counts.get(level, int(numbered.get("startAt", "1")) - 1) + 1
    kind = numbered.get("type", "")
    name = next((form for form in _FORMS if kind.startswith(form)), "")
    count = written(counts[level], _FORMS.get(name, ""))
    around = _AROUND.get(kind.removeprefix(name))
    label = around.format(count) if around and count is not None else ""
    return label if name == "arabic" and label[-1:] in {".", ")"} and label[:1] != "(" else f"- {label}".strip()


def _pieces(paragraph: etree._Element, omissions: Omissions, palette: Palette | None) -> Iterator[str]:
    for piece in paragraph:
        kind = local(piece)
        if kind in {"r", "fld"}:
            yield _run(piece, omissions, palette)
        elif kind == "br":
            yield "\n"
        else:
            yield from _equations(piece, omissions)


def _equations(piece: etree._Element, omissions: Omissions) -> Iterator[str]:
    for equation in (node for node in piece.iter() if local(node) == "oMath"):
        text = linear(equation)
        if text == UNWRITTEN:
            omissions.add("equation")
        yield text


def _run(run: etree._Element, omissions: Omissions, palette: Palette | None) -> str:
    text = (run.findtext(f"{A}t") or "").replace("\v", "\n").replace("_x000B_", "\n")
    form = run.find(f"{A}rPr")
    if form is None:
        return text
    if form.get("strike", "noStrike") != "noStrike":
        omissions.struck += len(text.split())
        return ""
    if int(form.get("sz", "1800")) <= _SMALLEST or _is_invisible(form, palette):
        omissions.hidden += len(text.split())
        return ""
    return raised(text) if not form.get("baseline", "0").startswith(("0", "-")) else text


def _is_invisible(form: etree._Element, palette: Palette | None) -> bool:
    """Transparent, or of the colour that lies behind it."""
    if form.find(f"{A}noFill") is not None:
        return form.find(f"{A}ln") is None
    fill = form.find(f"{A}solidFill")
    if fill is None:
        return False
    if any(int(alpha.get("val", "100000").rstrip("%").partition(".")[0]) == 0 for alpha in fill.iter(f"{A}alpha")):
        return True
    return palette is not None and near(palette.colour(fill), palette.behind)
