"""HTML: the main part of a page as its readers see it, and what the page says of itself.

`markdown_of` writes the HTML that other formats hold (mails, books, word processors) by the same rules.
"""

from __future__ import annotations

import codecs
import re

from lxml import etree
from lxml.etree import _Element

from ..errors import DocumentError
from ..language.visible import HIDDEN, LOSS, STRUCK
from . import Limits, Parsed, tidy
from .about_page import AboutPage, about_page, text_of
from .encoding import decoded
from .main_part import main_part, without_scripts
from .rendering import TOO_DEEP, rendered
from .unseen import hiding_rules, take_out_unseen

BESIDE = "text beside the main part of the page was left out"
_DECLARED = re.compile(rb"<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_BROWSERS_READ = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
"""Encodings that pages declare and browsers read as a larger one."""
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_UNWRITABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\ud800-\\udfff\\ufffe\\uffff]")
_XML_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_SELF_CLOSED = re.compile(r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|wbr)\b)(\w+)(\s[^<>]*)?/>")
"""Empty elements of XHTML, which HTML takes for ones that are never closed."""


def parse(name: str, data: bytes, limits: Limits, depth: int) -> Parsed:  # noqa: ARG001 - every format is called alike
    """The main part of a page. Raises DocumentError for binary data and for a page without text."""
    page = _tree(decoded_page(data))
    about = about_page(page)
    body, hidden = _seen(page)
    headings = [element for element in body.iter("h1") if text_of(element)]
    titles = [text_of(element) or "" for element in headings]
    part, beside = main_part(body)
    text, struck = rendered(part)
    title = _outside(titles, about) if not any(element.tag == "h1" for element in part.iter()) else None
    text = tidy(f"# {title}\n\n{text}" if title and text else text)
    if not text.strip():
        raise DocumentError("it holds no text")
    remarks = [remark for remark, holds in ((HIDDEN, hidden), (STRUCK, struck), (BESIDE, beside)) if holds]
    return Parsed(
        text=text,
        title=about.title,
        author=about.author,
        publisher=about.publisher,
        published=about.published,
        language=about.language,
        url=about.url,
        remarks=tuple(remarks),
    )


def markdown_of(html: str) -> tuple[str, bool]:
    """All of an HTML text as Markdown, and whether hidden or struck-out text was left out; the text may be empty."""
    body, hidden = _seen(_tree(html))
    text, struck = rendered(body)
    return text, hidden or struck > 0


def _seen(page: _Element) -> tuple[_Element, bool]:
    """The body of a page without what its readers do not see, and whether there was such text."""
    rules = hiding_rules(page)
    without_scripts(page)
    hidden = take_out_unseen(page, rules)
    body = page.find("body")
    return page if body is None else body, hidden > LOSS


def _outside(titles: list[str], about: AboutPage) -> str | None:
    """The heading of the whole page, where it stands outside its main part."""
    headlines = [title for title in titles if title != about.publisher]
    return about.title if about.title in headlines else next(iter(headlines), None)


def _tree(html: str) -> _Element:
    """The root of a page. What is not well-formed is read as browsers do, but nothing nested too deeply is cut off."""
    if "<?xml" in html[:100] or "http://www.w3.org/1999/xhtml" in html[:2000]:
        html = _SELF_CLOSED.sub(r"<\1\2></\1>", _XML_DECLARATION.sub("", html, count=1))
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True)
    root: _Element | None = etree.fromstring(html.encode("utf-8", "replace"), parser)
    if any("Excessive depth" in error.message for error in parser.error_log):
        raise DocumentError(TOO_DEEP)
    if root is None:
        return etree.Element("html")
    for element in root.iter():  # what character references can name and a tree cannot be given
        for place in ("text", "tail"):
            words = getattr(element, place)
            if words and _UNWRITABLE.search(words):
                setattr(element, place, _UNWRITABLE.sub("", words))
    return root


def decoded_page(data: bytes) -> str:
    """The characters of a page: by its byte order mark, as UTF-8, as it declares, or by the likeliest guess."""
    marked = next((encoding for mark, encoding in _MARKS.items() if data.startswith(mark)), None)
    declared = _DECLARED.search(data[:4096])
    encoding = _known(declared[1].decode("ascii")) if declared else None
    stateful = encoding and encoding.startswith(("iso2022", "hz"))
    for candidate in (marked, encoding if stateful else None, "utf-8", encoding):
        try:
            text = data.decode(candidate) if candidate else None
        except (UnicodeError, LookupError):
            continue
        if text is not None:
            break
    else:
        text = decoded(data)
    if "\0" in text:
        raise DocumentError("it holds binary data, not text")
    return text


def _known(name: str) -> str | None:
    try:
        known = codecs.lookup(name).name
    except (LookupError, UnicodeError):
        return None
    return _BROWSERS_READ.get(known, known) if known not in ("punycode", "idna") else None
