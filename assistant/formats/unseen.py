"""What of a page's HTML nobody sees: taken out before anything else is done with it."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement

_NO_TEXT = frozenset(
    "script style template noscript svg iframe object embed head canvas audio video map dialog select textarea button "
    "input datalist rp rt s strike del".split()
)
"""Elements without words of the article's own, and those whose words are struck out."""
_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:font-size|opacity|max-height|max-width)\s*:\s*0(?![.\d]*[1-9])"
    r"|(?:left|right|top|text-indent|margin-left)\s*:\s*-\s*\d{3,}|clip(?:-path)?\s*:\s*(?:rect\(0|inset\((?:50|100)%)"
    r"|(?<![-\w])color\s*:\s*transparent",
    re.IGNORECASE,
)
_WHITE = re.compile(
    r"(?<![-\w])color\s*:\s*(?:white\b|#fff(?:fff)?\b|rgba?\(\s*255\s*,\s*255\s*,\s*255)", re.IGNORECASE
)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"(?:^|,)\s*([.#][\w-]+)\s*(?=,|$)")
_LOSS = 3
"""Words: losing more of them is worth a remark."""


def without_unseen(root: HtmlElement) -> bool:
    """Take away what a reader of the page does not see; whether words were hidden that an author may have hidden."""
    named = _named_by_styles(root)
    words = 0
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or (element.tag in _NO_TEXT and element is not root):
            _take_away(element)
        elif element is not root and _hidden(element, named):
            words += len("".join(element.itertext()).split())
            _take_away(element)
    return words > _LOSS


def _hidden(element: HtmlElement, named: set[str]) -> bool:
    attributes = element.attrib
    if "hidden" in attributes or attributes.get("aria-hidden", "").lower() == "true":
        return True
    if named and (
        named & {f".{name}" for name in attributes.get("class", "").split()} or f"#{attributes.get('id')}" in named
    ):
        return True
    style = attributes.get("style", "")
    if not style:
        return False
    return bool(_STYLE.search(style)) or bool(_WHITE.search(style) and not _on_colour(element))


def _on_colour(element: HtmlElement) -> bool:
    """Whether something behind an element is given a colour, so that white on it may be seen."""
    return any(
        "background" in around.get("style", "") or around.get("bgcolor")
        for around in [element, *element.iterancestors()]
    )


def _named_by_styles(root: HtmlElement) -> set[str]:
    """Classes and ids that a style of the page hides, such as ".x" of ".x { display: none }"."""
    rules = (rule for style in root.iter("style") for rule in _RULE.findall("".join(style.itertext())))
    return {name for selectors, body in rules if _STYLE.search(body) for name in _SELECTOR.findall(selectors.strip())}


def _take_away(element: etree._Element) -> None:
    """Remove an element and leave the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        former = element.getprevious()
        if former is not None:
            former.tail = (former.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
