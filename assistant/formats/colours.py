"""Colours as HTML and CSS write them, as far as it takes to tell whether text stands out from what is behind it."""

from __future__ import annotations

import re

Colour = tuple[int, int, int]

_NAMES: dict[str, Colour] = {
    "white": (255, 255, 255),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "ghostwhite": (248, 248, 255),
    "floralwhite": (255, 250, 240),
    "whitesmoke": (245, 245, 245),
    "mintcream": (245, 255, 250),
    "azure": (240, 255, 255),
    "aliceblue": (240, 248, 255),
    "seashell": (255, 245, 238),
    "silver": (192, 192, 192),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "black": (0, 0, 0),
    "maroon": (128, 0, 0),
    "red": (255, 0, 0),
    "purple": (128, 0, 128),
    "fuchsia": (255, 0, 255),
    "green": (0, 128, 0),
    "lime": (0, 255, 0),
    "olive": (128, 128, 0),
    "yellow": (255, 255, 0),
    "orange": (255, 165, 0),
    "navy": (0, 0, 128),
    "blue": (0, 0, 255),
    "darkblue": (0, 0, 139),
    "teal": (0, 128, 128),
    "aqua": (0, 255, 255),
}
_WRITTEN = re.compile(rf"#[0-9a-f]{{3,8}}\b|rgba?\([^()]*\)|\b(?:{'|'.join(_NAMES)})\b")
_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
_SAME = 24
"""Steps of 256 by which no channel differs: nobody reads text on such a ground."""


def colour(written: str) -> Colour | None:
    """The colour that a text names, such as "#fff", "rgb(0, 0, 0)" or "white"; None for any other."""
    name = written.strip().lower()
    if name.startswith("#") and len(name) in (4, 5):
        name = "#" + "".join(2 * digit for digit in name[1:])
    if re.fullmatch(r"#[0-9a-f]{6}(?:[0-9a-f]{2})?", name):
        return int(name[1:3], 16), int(name[3:5], 16), int(name[5:7], 16)
    if name.startswith("rgb"):
        channels = [_channel(part) for part in _NUMBER.findall(name)[:3]]
        return (channels[0], channels[1], channels[2]) if len(channels) == 3 else None
    return _NAMES.get(name)


def first_colour(written: str) -> Colour | None:
    """The first colour in a CSS value of several words, such as a background's; None where there is none."""
    found = _WRITTEN.search(written.lower())
    return colour(found[0]) if found else None


def alike(one: Colour, other: Colour) -> bool:
    """Whether text of one colour cannot be read on the other."""
    return all(abs(a - b) < _SAME for a, b in zip(one, other, strict=True))


def _channel(part: str) -> int:
    return min(255, round(float(part[:-1]) * 2.55) if part.endswith("%") else round(float(part)))
