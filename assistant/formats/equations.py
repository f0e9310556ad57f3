"""Equations of Office files (OMML) as one line of text."""

from __future__ import annotations

from lxml import etree

from .office import local

UNWRITTEN = "[equation]"
"""Stands in the text for an equation that one line cannot show, so that no sentence closes over the gap."""
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


class _TwoDimensional(Exception):
    """It holds something that has no unmistakable form on one line, such as a matrix."""


def linear(equation: etree._Element) -> str:
    """The equation on one line, such as (a+b)/2 or x^2; `UNWRITTEN` where that would say something else."""
    try:
        return _line(equation)
    except _TwoDimensional:
        return UNWRITTEN


def _line(node: etree._Element | None) -> str:
    return "".join(map(_piece, node)) if node is not None else ""


def _piece(node: etree._Element) -> str:
    kind = local(node)
    if kind == "r":
        return "".join(text.text or "" for text in node.iter(f"{_M}t"))
    if kind in {"e", "box"}:
        return _line(node)
    return "" if kind.endswith("Pr") else _structure(node, kind)


def _structure(node: etree._Element, kind: str) -> str:
    part = {local(child): _line(child) for child in node if not local(child).endswith("Pr")}
    base = _bracketed(part.get("e", ""))
    if kind == "f" and _value(node, "type") != "noBar":
        return f"{_bracketed(part['num'])}/{_bracketed(part['den'])}"
    if kind in {"sSup", "sSub", "sSubSup"}:
        low, high = part.get("sub"), part.get("sup")
        return base + (f"_{_bracketed(low)}" if low else "") + (f"^{_bracketed(high)}" if high else "")
    if kind == "rad" and not part.get("deg"):
        return f"√{base}"
    if kind == "d":
        between = _value(node, "sepChr", "|").join(_line(child) for child in node if local(child) == "e")
        return _value(node, "begChr", "(") + between + _value(node, "endChr", ")")
    if kind == "func":
        return f"{part.get('fName', '')} {part.get('e', '')}"
    raise _TwoDimensional(kind)


def _bracketed(text: str) -> str:
    return text if text.replace(".", "").replace(",", "").isalnum() or not text else f"({text})"


def _value(node: etree._Element, name: str, otherwise: str = "") -> str:
    found = node.find(f"*/{_M}{name}")
    return otherwise if found is None else found.get(f"{_M}val", otherwise)
