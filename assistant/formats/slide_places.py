"""Where the shapes of a slide stand: the order they are read in, and those that lie outside. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pptx.shapes.base import BaseShape

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SAME_ROW = 0.04
"""Of a slide's height: shapes whose tops are no further apart are read from left to right."""


@dataclass(frozen=True, slots=True)
class Frame:
    """How the coordinates inside a group become those of the slide."""

    x: float = 0
    y: float = 0
    wide: float = 1
    high: float = 1


@dataclass(frozen=True, slots=True)
class Placed:
    """A shape and its box on the slide, in the slide's own units."""

    shape: BaseShape
    left: float
    top: float
    width: float
    height: float

    def is_outside(self, width: int, height: int) -> bool:
        """Whether no part of the shape is on a slide of this size, however it is turned."""
        spare = abs(self.width - self.height) / 2 if getattr(self.shape, "rotation", 0) else 0
        return (
            self.left + self.width + spare <= 0
            or self.top + self.height + spare <= 0
            or self.left - spare >= width
            or self.top - spare >= height
        )

    def inside(self) -> Frame:
        """The frame of a group's own shapes."""
        form = self.shape.element.find(f"*/{_A}xfrm")
        start, size = (form.find(f"{_A}{name}") if form is not None else None for name in ("chOff", "chExt"))
        if start is None or size is None:
            return Frame()
        wide = self.width / (int(size.get("cx", "0")) or self.width or 1)
        high = self.height / (int(size.get("cy", "0")) or self.height or 1)
        return Frame(
            self.left - int(start.get("x", "0")) * wide, self.top - int(start.get("y", "0")) * high, wide, high
        )


def placed(shapes: Iterable[BaseShape], frame: Frame) -> list[Placed]:
    """The shapes with their boxes on the slide."""
    return [
        Placed(
            shape,
            frame.x + (shape.left or 0) * frame.wide,
            frame.y + (shape.top or 0) * frame.high,
            (shape.width or 0) * frame.wide,
            (shape.height or 0) * frame.high,
        )
        for shape in shapes
    ]


def in_reading_order(shapes: Iterable[Placed], height: int) -> list[Placed]:
    """From top to bottom, and from left to right where the tops are about level."""
    rows: list[list[Placed]] = []
    for shape in sorted(shapes, key=lambda shape: shape.top):
        if rows and shape.top - rows[-1][0].top <= _SAME_ROW * height:
            rows[-1].append(shape)
        else:
            rows.append([shape])
    return [shape for row in rows for shape in sorted(row, key=lambda shape: shape.left)]
