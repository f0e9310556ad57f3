"""A fetched web page as the file that the corpus keeps of it: Markdown with its address and date, or as it came."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..formats.loading import RawFile, amendments_path
from ..records import Document
from .addresses import file_name
from .fetching import Fetched, ending

_FETCHED = re.compile(rb"(?m)^fetched: \d{4}-\d\d-\d\d$")
_HEAD = 10_000
_MARKUP = (".html", ".xhtml", ".txt", ".md")


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file's name and bytes, and what stands beside it where its format has no room for an address."""

    name: str
    data: bytes
    amendments: bytes = b""


def page_file(fetched: Fetched, parse: Callable[[RawFile], Document]) -> PageFile:
    """The file to keep. Raises DocumentError when the page holds nothing that can be read."""
    suffix = ending(fetched)
    document = parse(RawFile(f"page{suffix}", _unicode(fetched) if suffix in _MARKUP else fetched.data))
    named = document.title if document.title != "page" else ""
    whence = {"url": fetched.final_url, "fetched": fetched.fetched}
    if suffix not in _MARKUP:
        return PageFile(file_name(named, fetched.final_url) + suffix, fetched.data, as_yaml(whence))
    front = {
        "title": named or fetched.final_url,
        "author": document.author,
        "publisher": document.publisher,
        "published": document.published,
        "language": document.language,
        **whence,
    }
    return PageFile(file_name(named, fetched.final_url) + ".md", with_front_matter(front, document.text))


def with_front_matter(front: Mapping[str, object], text: str) -> bytes:
    """A file of Markdown that says these things of itself."""
    return b"---\n" + as_yaml(dict(front)) + b"---\n\n" + text.encode("utf-8", "replace") + b"\n"


def was_fetched(path: Path) -> bool:
    """Whether a file of the corpus is one that `page_file` made, by what it or its amendments say."""
    beside = amendments_path(path)
    with suppress(OSError):
        return any(_FETCHED.search(file.read_bytes()[:_HEAD]) for file in (path, beside) if os.path.exists(file))
    return False


def as_yaml(values: dict[str, Any], *, stated: bool = True) -> bytes:
    """Lines of "key: value", as front matter and amendments have them; without what is None, where only `stated`."""
    kept = {key: value for key, value in values.items() if value is not None or not stated}
    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=10_000).encode("utf-8", "replace")


def _unicode(fetched: Fetched) -> bytes:
    """The page in UTF-8 that says so, where the server names its encoding, which counts more than the page's word."""
    if not fetched.charset or fetched.data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return fetched.data
    return codecs.BOM_UTF8 + fetched.data.decode(fetched.charset, "replace").encode("utf-8", "replace")
