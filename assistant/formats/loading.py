"""A file into a `Document`: its text, what it says of itself, and the corrections that stand beside it."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..errors import DocumentError
from ..records import Document
from ..redaction import without_credentials
from . import Limits, Parsed, convert, suffix
from .markup import mapping, written

AMENDMENTS_SUFFIX = ".amended.yaml"
"""Corrections to a file's title, publisher, author and date stand beside it under its name and this ending."""

AMENDABLE = ("title", "publisher", "author", "published")
_FIRST_HEADING = re.compile(r"(?m)^[ ]{0,3}#[ \t]+(?P<title>.+?)[ \t]*#*[ \t]*$")
_WRITTEN_DATES = ("%d %B %Y", "%B %d, %Y", "%B %d %Y", "%d %b %Y", "%b %d, %Y", "%Y/%m/%d")
_DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4})([-_.])(\d\d)\2(\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file's bytes and its amendments', read together."""

    name: str
    data: bytes
    amendments: bytes = b""
    collection: str = ""
    """Where not everybody may read what everybody else may: the same bytes elsewhere are another document."""

    @property
    def data_hash(self) -> str:
        """SHA-256 of the bytes, and of the collection they lie in: which document it is."""
        return self.data_hash_in(self.collection)

    def data_hash_in(self, collection: str) -> str:
        """What `data_hash` would be in another collection."""
        data_hash = hashlib.sha256(self.data).hexdigest()
        if not collection:
            return data_hash
        return hashlib.sha256(f"{data_hash}\0{collection}".encode("utf-8", "replace")).hexdigest()

    @property
    def hash(self) -> str:
        """SHA-256 of all that its text, title and date are made of, but for the name: bytes, format and amendments."""
        digest = hashlib.sha256(self.data)
        digest.update(f"\0{suffix(self.name)}".encode("utf-8", "replace"))
        if self.amendments:
            digest.update(b"\0amended\0" + self.amendments)
        if self.collection:
            digest.update(f"\0collection\0{self.collection}".encode("utf-8", "replace"))
        return digest.hexdigest()


def amendments_path(path: Path) -> Path:
    """Where the amendments of the file at `path` stand."""
    return path.with_name(path.name + AMENDMENTS_SUFFIX)


def read(path: Path, max_bytes: int, collection: str = "") -> RawFile:
    """Read a file and its amendments. Raises DocumentError with the reason in words."""
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise DocumentError(
                f"it has {size:,} bytes, over the limit of {max_bytes:,}; split it or raise max_file_bytes"
            )
        beside = amendments_path(path)
        own = os.path.isfile(beside) and not os.path.islink(beside) and os.path.getsize(beside) <= max_bytes
        return RawFile(path.name, path.read_bytes(), beside.read_bytes() if own else b"", collection)
    except OSError as error:
        raise DocumentError(f"it cannot be read ({error.strerror}); check its permissions") from None


def parse(raw: RawFile, limits: Limits | None = None) -> Document:
    """The document a file holds, without an id. Raises DocumentError with the reason in words."""
    parsed = convert(raw.name, raw.data, limits or Limits())
    amended = mapping(raw.amendments.decode("utf-8", "replace"), "the correction beside it")
    published, remark = parse_date(amended["published"]) if "published" in amended else _published(parsed, raw.name)
    corrected = ", ".join(key for key in sorted(amended) if key in AMENDABLE)
    document = Document(
        title=parsed.title or _title(parsed.text, raw.name),
        text=parsed.text,
        publisher=parsed.publisher,
        author=parsed.author,
        published=published,
        language=parsed.language,
        url=without_credentials(written(amended.get("url")) or parsed.url or "") or None,
        pages=list(parsed.pages),
        size=len(raw.data),
        notes=[*parsed.remarks, *filter(None, [corrected and f"corrected: {corrected}", remark])],
    )
    kept: dict[str, Any] = {key: written(amended[key]) for key in AMENDABLE[:-1] if key in amended}
    return replace(document, **kept)


def parse_date(value: Any) -> tuple[date | None, str]:
    """A date and a remark. An ambiguous or unreadable one is None, and the remark says why."""
    if isinstance(value, datetime):
        return value.date(), ""
    if isinstance(value, date):
        return value, ""
    words = str(value or "").strip()
    if not words:
        return None, ""
    try:
        return datetime.fromisoformat(words).date(), ""
    except ValueError:
        pass
    for pattern in _WRITTEN_DATES:
        try:
            return datetime.strptime(words, pattern).date(), ""  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None, f"the date {words!r} is ambiguous or not a date, so this article counts as undated; write YYYY-MM-DD"


def _published(parsed: Parsed, name: str) -> tuple[date | None, str]:
    """The day of publication: as the file states it, else as its name does, else when the file was made."""
    if parsed.published:
        return parse_date(parsed.published)
    days = {_day(found) for found in _DATE_IN_NAME.finditer(name)} - {None}
    if len(days) == 1:
        return days.pop(), "dated by its file name"
    made, _ = parse_date(parsed.made)
    return made, "dated by when the file was made; amend it if it was published on another day" if made else ""


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        return None


def _title(text: str, name: str) -> str:
    heading = _FIRST_HEADING.search(text)
    stem = os.path.splitext(name)[0]
    found = heading["title"] if heading else stem.replace("-", " ").replace("_", " ")
    return written(found) or "untitled"
