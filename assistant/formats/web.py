"""A web page: its article without menus and banners, and what the page states of itself."""

from __future__ import annotations

import codecs
import re
from copy import deepcopy

from lxml.html import HtmlElement, tostring

from ..errors import DocumentError
from . import HIDDEN, Limits, Parsed
from .about_page import stated
from .encoding import decoded
from .html import read_html, rendered
from .unseen import without_unseen

_CHARSET = re.compile(
    rb"""<meta[^>]+charset\s*=\s*["']?([\w.:-]+)|<\?xml[^>]+encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE
)
_HEAD = 4_096
_AROUND = ("nav", "aside", "footer", "menu")
_ROLES = ("navigation", "complementary", "contentinfo", "search", "dialog", "alertdialog", "menu", "menubar", "banner")
_MOST = 0.5
"""Of the page's words an article or main element must hold, to be taken for all of it."""
_NEARLY_ALL = 0.9
"""Of the paragraphs that trafilatura finds the chosen element must hold."""
_LITTLE = 0.25
"""Of the page's words: when trafilatura finds less, it has lost the article."""
_PARAGRAPH = 40
"""Characters of a line that tells where the article is."""


def parse(name: str, data: bytes, limits: Limits, depth: int) -> Parsed:  # noqa: ARG001 - every format is called alike
    """The article of a page. Raises DocumentError."""
    root = read_html(_text(data))
    about = stated(root)
    hidden = without_unseen(root)
    body = root.find("body")
    whole = root if body is None else body
    heading = next((found for found in whole.iter("h1")), None)
    text = rendered(_article(whole))
    if heading is not None and _squeezed(heading) not in "".join(text.split()):
        text = f"{rendered(heading)}\n\n{text}".strip()
    if not text:
        raise DocumentError("it holds no text")
    return Parsed(text=text, remarks=(HIDDEN,) if hidden else (), **about)


def _text(data: bytes) -> str:
    """The page in the encoding that it states, where it is text in it, else in the likeliest."""
    if not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        found = _CHARSET.search(data[:_HEAD])
        try:
            text = data.decode((found[1] or found[2]).decode("ascii")) if found else ""
        except (LookupError, UnicodeError, ValueError):
            text = ""
        if text and "\0" not in text:
            return re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", decoded(data))


def _article(body: HtmlElement) -> HtmlElement:
    """The element that holds the article: marked as such, or found by trafilatura, or all that is not around it."""
    page = deepcopy(body)
    for element in list(page.iter()):
        inside = any(True for _ in element.iterancestors("article", "main"))
        around = element.tag in _AROUND or element.get("role", "").lower() in _ROLES
        if around and not inside and element is not page and element.getparent() is not None:
            element.drop_tree()
    words = len(_squeezed(page))
    marked = [e for e in page.iter() if e.tag in ("article", "main") or e.get("role") == "main"]
    largest = max(marked, key=lambda element: len(_squeezed(element)), default=None)
    if largest is not None and len(_squeezed(largest)) > _MOST * words:
        inner = max(largest.iter("article"), key=lambda element: len(_squeezed(element)), default=largest)
        return inner if len(_squeezed(inner)) > _NEARLY_ALL * len(_squeezed(largest)) else largest
    return _located(page, words)


def _located(page: HtmlElement, words: int) -> HtmlElement:
    """The smallest element with nearly all of the paragraphs that trafilatura finds; the page when it finds little."""
    import trafilatura

    found = trafilatura.extract(tostring(page, encoding="unicode"), favor_recall=True, include_comments=False) or ""
    lines = ["".join(line.split()) for line in found.split("\n") if len(line) > _PARAGRAPH]
    if sum(map(len, lines)) < _LITTLE * words:
        return page
    chosen = page
    while True:
        inner = next((child for child in chosen if _holds(child, lines)), None)
        if inner is None:
            return chosen
        chosen = inner


def _holds(element: HtmlElement, lines: list[str]) -> bool:
    text = _squeezed(element)
    return sum(line in text for line in lines) >= _NEARLY_ALL * len(lines)


def _squeezed(element: HtmlElement) -> str:
    return "".join("".join(element.itertext()).split())
