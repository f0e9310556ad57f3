"""What an HTML page says of itself: title, author, publisher, date, language and address.

A date is only taken from where a page states when it was first published, and only where it states one day; never
from its text, its address, a copyright line or a date of change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml.etree import _Element

from ..language.visible import without_invisible

_ARTICLE = re.compile(r"(?:\w*Article|\w*Posting|Report|\w*Review)\Z")
_SEPARATED = re.compile(r"\s+[|–—·:»-]\s+|\s*[|»]\s*")
_DATES = (
    "article:published_time",
    "date",
    "dc.date",
    "dc.date.issued",
    "dc.date.created",
    "dcterms.date",
    "dcterms.created",
    "dcterms.issued",
    "parsely-pub-date",
    "sailthru.date",
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")
_PLACEHOLDERS = ("0", "1970-01-01", "1900-01-01")
"""How dates begin that software writes where it knows none."""
_MOST_JSON = 1_000_000


@dataclass(frozen=True, slots=True)
class AboutPage:
    """What a page says of itself; None where it does not."""

    title: str | None
    author: str | None
    publisher: str | None
    published: str | None
    language: str | None
    url: str | None


def about_page(page: _Element) -> AboutPage:
    """Read what `page`, the root of a tree that still has its scripts, says of itself."""
    metas = _metas(page)
    linked = list(_linked_data(page))
    articles = [item for item in linked if _is_article(item)]
    sites = [_name(item.get("publisher")) for item in articles or linked]
    publisher = _first(metas, "og:site_name") or next(filter(None, sites), None)
    return AboutPage(
        title=_title(page, metas, publisher),
        author=_author(metas, articles),
        publisher=publisher,
        published=_published(page, metas, articles),
        language=_words(page.get("lang") or page.get("xml:lang")) or _first(metas, "content-language"),
        url=_address(page, metas),
    )


def stated_day(values: list[str]) -> str | None:
    """The one day that all these values name, ISO dates without their time; None where they differ or say nothing."""
    dates = {found[0] if (found := _DAY.match(value)) else value for value in (value.strip() for value in values)}
    dates = {day for day in dates if re.search(r"\d", day) and not day.startswith(_PLACEHOLDERS)}
    return dates.pop() if len(dates) == 1 else None


def text_of(element: _Element) -> str | None:
    """The words in an element, or None."""
    return _words("".join(piece for piece in element.itertext() if isinstance(piece, str)))


def _metas(page: _Element) -> dict[str, list[str]]:
    metas: dict[str, list[str]] = {}
    for meta in page.iter("meta"):
        key = meta.get("property") or meta.get("name") or meta.get("http-equiv") or ""
        value = _words(meta.get("content"))
        if value:
            metas.setdefault(key.strip().lower(), []).append(value)
    return metas


def _linked_data(page: _Element) -> Iterator[dict[str, Any]]:
    """The objects a page's JSON-LD describes the page with, not those that lie within them."""
    for script in page.iter("script"):
        source = script.text or ""
        if (script.get("type") or "").lower() != "application/ld+json" or len(source) > _MOST_JSON:
            continue
        try:
            loaded = json.loads(source, strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _listed(loaded):
            if isinstance(item, dict):
                yield from (inner for inner in _listed(item.get("@graph", item)) if isinstance(inner, dict))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_article(item: dict[str, Any]) -> bool:
    return any(isinstance(kind, str) and _ARTICLE.match(kind) for kind in _listed(item.get("@type")))


def _name(value: Any) -> str | None:
    names = [item.get("name") if isinstance(item, dict) else item for item in _listed(value)]
    written = [_words(name) for name in names if isinstance(name, str) and not _is_address(name)]
    return ", ".join(dict.fromkeys(name for name in written if name)) or None


def _title(page: _Element, metas: dict[str, list[str]], publisher: str | None) -> str | None:
    headings = [text_of(heading) for heading in page.iter("h1")]
    head = page.find("head/title")
    written = _first(metas, "og:title") or (text_of(head) if head is not None else None)
    if not written:
        return next((heading for heading in headings if heading), None)
    *_, last = [None, *_SEPARATED.finditer(written)]
    if last and (written[last.end() :] == publisher or written[: last.start()] in headings):
        return written[: last.start()]
    return written


def _author(metas: dict[str, list[str]], articles: list[dict[str, Any]]) -> str | None:
    for key in ("author", "article:author", "dc.creator"):
        names = [name for name in metas.get(key, ()) if not _is_address(name)]
        if names:
            return ", ".join(dict.fromkeys(names))
    return next(filter(None, (_name(item.get("author")) for item in articles)), None)


def _published(page: _Element, metas: dict[str, list[str]], articles: list[dict[str, Any]]) -> str | None:
    linked = [value for item in articles if isinstance(value := item.get("datePublished"), str)]
    sources = [metas.get(_DATES[0], []), linked, *(metas.get(key, []) for key in _DATES[1:]), list(_marked_times(page))]
    return next(filter(None, map(stated_day, sources)), None)


def _marked_times(page: _Element) -> Iterator[str]:
    """Elements marked as the day of publication, but for those of comments and of other articles beside."""
    for element in page.iter("time", "meta"):
        marked = element.get("itemprop") == "datePublished" or (element.tag == "time" and "pubdate" in element.attrib)
        outer = [above for above in element.iterancestors() if "comment" in (above.get("itemtype") or "").lower()]
        if marked and not outer and next(element.iterancestors("aside", "nav", "footer"), None) is None:
            yield element.get("datetime") or element.get("content") or ""


def _address(page: _Element, metas: dict[str, list[str]]) -> str | None:
    links = [link.get("href") or "" for link in page.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    addresses = [address.strip() for address in (*links, *metas.get("og:url", ()))]
    return next((address for address in addresses if _is_address(address)), None)


def _is_address(value: str) -> bool:
    return bool(re.match(r"https?://\S+\Z", value.strip(), re.IGNORECASE))


def _first(metas: dict[str, list[str]], key: str) -> str | None:
    return next(iter(metas.get(key, ())), None)


def _words(value: str | None) -> str | None:
    return " ".join(without_invisible(value or "").split()) or None
