"""The text of an HTML page that its readers do not see, taken out of the tree.

Only what the page itself says is judged: attributes, inline styles and `<style>` rules for one class or id. What a
style sheet elsewhere or a script hides cannot be known here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml.etree import _Element

from .colours import Colour, alike, colour, first_colour

_WHITE: Colour = (255, 255, 255)
_FOR_SCREEN_READERS = frozenset(
    {"sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "govuk-visually-hidden"}
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_AT_RULE = re.compile(r"@[^{};@]*(?:;|\{(?:[^{}]|\{[^{}]*\})*\})")
"""For print, for narrow screens and the like: what it hides there, a reader sees elsewhere."""
_SIMPLE_SELECTOR = re.compile(r"(?:[a-z]+\d?)?([.#][\w-]+)", re.IGNORECASE)
_JUDGED = frozenset(
    """display visibility color background background-color background-image font-size text-indent left clip
    clip-path""".split()
)
"""What a rule for a class may hide by. Scripts set opacity and size, too, as something comes into view."""
Rules = dict[str, dict[str, str]]
"""For a class or id (".note", "#x") what the page's own style rules say of it."""
_NUMBER = re.compile(r"(-?(?:\d+\.?\d*|\.\d+))\s*([a-z%]*)")
_OFF_SCREEN = re.compile(r"-\s*\d*9{3}|-\s*[1-9]\d{3}|-\s*[1-9]\d{2,}(?:vw|vh|em|rem|%)")
_CLIPPED = re.compile(r"rect\(\s*[01](?:px)?[\s,]|inset\(\s*(?:[5-9]\d|100)%")
_FAINT = 0.05
"""Of full opacity."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What an element's text looks like. All but `gone` can be set anew by an element within."""

    gone: bool = False
    tiny: bool = False
    invisible: bool = False
    transparent: bool = False
    ink: Colour | None = None
    """None where the page does not say."""
    paper: Colour | None = _WHITE
    """None where it is a picture."""

    @property
    def unseen(self) -> bool:
        same = self.ink is not None and self.paper is not None and alike(self.ink, self.paper)
        return self.gone or self.tiny or self.invisible or self.transparent or same


def hiding_rules(page: _Element) -> Rules:
    """The page's own style rules for one class or id, as far as they may hide something; the last of each counts."""
    found: Rules = {}
    for style in page.iter("style"):
        source = _AT_RULE.sub("", _COMMENT.sub("", style.text or ""))
        for rule in source.split("}"):
            selectors, _, declarations = rule.partition("{")
            styles = {key: value for key, value in _styles(declarations).items() if key in _JUDGED}
            for selector in selectors.split(",") if styles else ():
                if name := _SIMPLE_SELECTOR.fullmatch(selector.strip()):
                    found.setdefault(name[1], {}).update(styles)
    return found


def take_out_unseen(page: _Element, rules: Rules) -> int:
    """Take the text out that readers do not see; how many words that were."""
    looks: dict[_Element, _Look] = {}
    gone: list[_Element] = []
    words = 0
    for element in page.iter():
        parent = element.getparent()
        above = looks.get(parent, _Look()) if parent is not None else _Look()
        if above.unseen and element.tail:
            words += len(element.tail.split())
            element.tail = None
        look = looks[element] = above if above.gone else _look(element, above, rules)
        if look.gone and not above.gone:
            gone.append(element)
        if look.unseen and element.text:
            words += len(element.text.split())
            element.text = None
    for element in gone:
        take_out(element)
    return words


def take_out(element: _Element) -> None:
    """Take an element out of its tree; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        element.clear()
        return
    before = element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _is_icon(element: _Element, names: Sequence[str]) -> bool:
    """Whether an element's word stands for a picture. What else is kept from screen readers is seen by all others."""
    aria = (element.get("aria-hidden") or "").strip().lower() == "true"
    return aria and any("icon" in name.lower() for name in names)


def _look(element: _Element, above: _Look, rules: Rules) -> _Look:
    if not element.attrib:
        return above
    names = (element.get("class") or "").split()
    selectors = [*(f".{name}" for name in names), f"#{element.get('id')}"]
    if element.get("hidden") is not None or _is_icon(element, names) or not _FOR_SCREEN_READERS.isdisjoint(names):
        return replace(above, gone=True)
    styles: dict[str, str] = {}
    for selector in selectors:
        styles |= rules.get(selector, {})
    styles |= _styles(element.get("style") or "")
    if _is_gone(styles):
        return replace(above, gone=True)
    ink = styles.get("color") or element.get("color" if element.tag == "font" else "text") or ""
    picture = "url(" + styles["background-image"] if "background-image" in styles else ""
    paper = picture or styles.get("background-color") or styles.get("background") or element.get("bgcolor") or ""
    size = styles.get("font-size") or styles.get("font") or ""
    visibility = styles.get("visibility")
    return replace(
        above,
        tiny=_is_tiny(size) if size else above.tiny,
        invisible=visibility in ("hidden", "collapse") if visibility else above.invisible,
        transparent=_is_transparent(ink) if ink else above.transparent,
        ink=(colour(ink) or (None if ink not in ("inherit", "currentcolor") else above.ink)) if ink else above.ink,
        paper=_paper(paper, above.paper),
    )


def _paper(written: str, above: Colour | None) -> Colour | None:
    if "url(" in written or "gradient(" in written:
        return None
    return (None if _is_transparent(written) else first_colour(written)) or above


def _styles(declarations: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in _COMMENT.sub("", declarations.lower()).split(";"))
    return {key.strip(): " ".join(value.replace("!important", "").split()) for key, mark, value in pairs if mark}


def _is_gone(styles: dict[str, str]) -> bool:
    if not styles:
        return False
    opacity = _NUMBER.fullmatch(styles.get("opacity", ""))
    places = (
        styles.get(key, "") for key in ("left", "right", "top", "bottom", "text-indent", "margin-left", "transform")
    )
    squeezed = "hidden" in styles.get("overflow", "") and any(
        re.fullmatch(r"[01](?:px)?", styles.get(key, "")) for key in ("height", "max-height", "width", "max-width")
    )
    return (
        styles.get("display") == "none"
        or (opacity is not None and float(opacity[1]) <= (100 * _FAINT if opacity[2] == "%" else _FAINT))
        or any(_OFF_SCREEN.search(place) for place in places)
        or bool(_CLIPPED.search(styles.get("clip", "") + styles.get("clip-path", "")))
        or "scale(0)" in styles.get("transform", "")
        or squeezed
    )


def _is_tiny(size: str) -> bool:
    number = _NUMBER.match(size)
    return number is not None and float(number[1]) <= (1 if number[2] in ("px", "pt") else 0)


def _is_transparent(ink: str) -> bool:
    return ink == "transparent" or bool(re.fullmatch(r"rgba\(.*[,/]\s*0?\.?0*%?\s*\)|#\w{3}0|#\w{6}00", ink))
