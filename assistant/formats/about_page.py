"""What a web page says of itself: title, author, publisher, date, language and address, from its metadata alone.

A date is taken from where a page states when it was published, never from its text, its copyright line or the day it
was changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

_TITLES = ("og:title", "twitter:title", "dc.title", "citation_title")
_AUTHORS = ("author", "article:author", "dc.creator", "citation_author", "parsely-author", "sailthru.author")
_SITES = ("og:site_name", "dc.publisher", "citation_publisher", "application-name")
_DATES = (
    "article:published_time",
    "og:published_time",
    "date",
    "dc.date",
    "dc.date.issued",
    "dcterms.date",
    "dcterms.issued",
    "dcterms.created",
    "citation_publication_date",
    "parsely-pub-date",
    "sailthru.date",
    "publish-date",
    "pubdate",
)
_SEPARATED = re.compile(r"\s+[|–—·»:-]\s+")
_WEB = re.compile(r"https?://\S+\Z")
_NAMED_OBJECTS = 200
"""Objects of JSON-LD that are looked at."""


def stated(root: HtmlElement) -> dict[str, Any]:
    """The page's title, author, publisher, published, language and url as they stand; None where not said."""
    meta = _meta(root)
    objects = list(_linked_data(root))
    publisher = _first(meta, _SITES) or _of(objects, "publisher")
    addresses = [link.get("href", "") for link in root.iter("link") if link.get("rel", "").lower() == "canonical"]
    address = next((url for url in [*addresses, meta.get("og:url", "")] if _WEB.match(url.strip())), None)
    return {
        "title": _title(root, meta, publisher),
        "author": next((name for name in [_first(meta, _AUTHORS), _of(objects, "author")] if name), None),
        "publisher": publisher,
        "published": _first(meta, _DATES) or _of(objects, "datePublished") or _marked_time(root),
        "language": root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or None,
        "url": address and address.strip(),
    }


def _meta(root: HtmlElement) -> dict[str, str]:
    """The first content of each name; an author that is an address is none."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower().strip()
        content = " ".join(element.get("content", "").split())
        if name and content and not (name in _AUTHORS and _WEB.match(content)):
            found.setdefault("date" if name == "datepublished" else name, content)
    return found


def _first(meta: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((meta[name] for name in names if name in meta), None)


def _title(root: HtmlElement, meta: dict[str, str], publisher: str | None) -> str | None:
    heading = next((_words(element) for element in root.iter("h1")), "")
    title = _first(meta, _TITLES) or next((_words(element) for element in root.iter("title")), "")
    parts = _SEPARATED.split(title)
    if len(parts) > 1 and (parts[-1] == publisher or (heading and title.startswith(heading))):
        title = title[: title.rindex(parts[-1])].rstrip(" |–—·»:-")
    return title or heading or None


def _words(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())


def _linked_data(root: HtmlElement) -> Iterator[dict[str, Any]]:
    """The objects of the page's JSON-LD, those that state a date of publication first."""
    found: list[dict[str, Any]] = []
    for script in root.iter("script"):
        if script.get("type", "").lower().strip() != "application/ld+json":
            continue
        try:
            waiting = [json.loads("".join(script.itertext()))]
        except (ValueError, RecursionError):
            continue
        while waiting and len(found) < _NAMED_OBJECTS:
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting += item
            elif isinstance(item, dict):
                found.append(item)
                waiting.append(item.get("@graph", []))
    yield from sorted(found, key=lambda item: "datePublished" not in item)


def _of(objects: list[dict[str, Any]], key: str) -> str | None:
    """A value of the first object that has it; of people and organisations their names."""
    for item in objects[:1]:
        value = item.get(key)
        named = [
            each.get("name") if isinstance(each, dict) else each
            for each in (value if isinstance(value, list) else [value])
        ]
        words = [" ".join(name.split()) for name in named if isinstance(name, str) and name.strip()]
        if words:
            return ", ".join(words)
    return None


def _marked_time(root: HtmlElement) -> str | None:
    marked = (
        element.get("datetime")
        for element in root.iter("time")
        if "pubdate" in element.attrib or element.get("itemprop", "").lower() == "datepublished"
    )
    return next(filter(None, marked), None)
