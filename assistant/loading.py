"""A file into a `Document`: its text, and what its front matter says of it."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from charset_normalizer import from_bytes

from .errors import DocumentError
from .records import Document
from .terms import printable
from .visible import visible, without_invisible

AMENDMENTS_SUFFIX = ".amended.yaml"
"""Corrections to a file's title, publisher and date stand beside it under its name and this ending."""

SUFFIXES = frozenset({".md", ".markdown", ".txt"})
AMENDABLE = ("title", "publisher", "author", "published")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)(?:^|\n)---[ \t]*(?:\n|\Z)", re.DOTALL)
_FIRST_HEADING = re.compile(r"(?m)^[ ]{0,3}#[ \t]+(?P<title>.+?)[ \t]*#*[ \t]*$")
_WRITTEN_DATES = ("%d %B %Y", "%B %d, %Y", "%B %d %Y", "%d %b %Y", "%b %d, %Y", "%Y/%m/%d")


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file's bytes and its amendments', read together; `hash` names the pair."""

    path: Path
    data: bytes
    amendments: bytes

    @property
    def hash(self) -> str:
        """SHA-256 of the bytes, and of the amendments where there are any."""
        digest = hashlib.sha256(self.data)
        if self.amendments:
            digest.update(b"\0amended\0" + self.amendments)
        return digest.hexdigest()


def amendments_path(path: Path) -> Path:
    """Where the amendments of the file at `path` stand."""
    return path.with_name(path.name + AMENDMENTS_SUFFIX)


def read(path: Path, max_bytes: int) -> RawFile:
    """Read a file and its amendments. Raises DocumentError with the reason in words."""
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise DocumentError(
                f"it has {size:,} bytes, over the limit of {max_bytes:,}; split it or raise max_file_bytes"
            )
        beside = amendments_path(path)
        return RawFile(path, path.read_bytes(), beside.read_bytes() if os.path.isfile(beside) else b"")
    except OSError as error:
        raise DocumentError(f"it cannot be read ({error.strerror}); check its permissions") from None


def parse(raw: RawFile) -> Document:
    """The document a file holds, without an id. Raises DocumentError with the reason in words."""
    if raw.path.suffix.lower() not in SUFFIXES:
        known = ", ".join(sorted(SUFFIXES))
        raise DocumentError(
            f"{raw.path.suffix or 'a file without an ending'} is not a format this version reads ({known})"
        )
    whole = _decode(raw.data)
    front, text = _split(whole)
    text, remark = visible(text, markup=raw.path.suffix.lower() != ".txt")
    text = text.strip("\n")
    if not text.strip():
        raise DocumentError("it holds no text")
    amended = _mapping(raw.amendments.decode("utf-8", "replace"), "its amendments")
    document = Document(
        title=_title(front, text, raw.path),
        text=text,
        publisher=_string(front.get("publisher") or _unless_url(front.get("source"))),
        author=_string(front.get("author")),
        size=len(raw.data),
        notes=[remark] if remark else [],
    )
    document = _dated(document, front)
    if not amended:
        return document
    kept: dict[str, Any] = {key: _string(amended[key]) for key in AMENDABLE[:-1] if key in amended}
    document = replace(document, **kept, notes=[*document.notes, "corrected: " + ", ".join(sorted(amended))])
    return _dated(document, amended) if "published" in amended else document


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


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        text = _guessed(data)
    if "\0" in text:
        raise DocumentError("it holds binary data, not text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _guessed(data: bytes) -> str:
    """Text in the likeliest encoding; Western European where that is as likely as the best guess."""
    guesses = from_bytes(data)
    best = guesses.best()
    if best is None:
        raise DocumentError("its bytes are no text in any known encoding; save it as UTF-8")
    western = next((guess for guess in guesses if guess.encoding == "cp1252" and guess.chaos <= best.chaos), best)
    return str(western)


def _split(whole: str) -> tuple[dict[str, Any], str]:
    found = _FRONT_MATTER.match(whole)
    if not found:
        return {}, whole
    return _mapping(found["yaml"], "its front matter"), whole[found.end() :]


def _mapping(source: str, what: str) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(source) or {}
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = f" (line {line + 1})" if line is not None else ""
        raise DocumentError(f"{what} is not valid YAML{where}; put values that hold a colon in quotes") from None
    except ValueError as error:  # such as 2026-02-31, which YAML reads as a date
        raise DocumentError(f"{what} holds an impossible value ({error})") from None
    except RecursionError:
        raise DocumentError(f"{what} is nested too deeply") from None
    if not isinstance(loaded, dict):
        raise DocumentError(f"{what} is not a list of 'key: value' lines")
    return {str(key).lower(): value for key, value in loaded.items()}


def _title(front: dict[str, Any], text: str, path: Path) -> str:
    given = _string(front.get("title"))
    if given:
        return given
    heading = _FIRST_HEADING.search(text)
    found = heading["title"] if heading else path.stem.replace("-", " ").replace("_", " ")
    return _string(found) or "untitled"


def _dated(document: Document, front: dict[str, Any]) -> Document:
    published, remark = parse_date(front.get("published") or front.get("date"))
    return replace(document, published=published, notes=[*document.notes, remark] if remark else document.notes)


def _string(value: Any) -> str | None:
    try:
        written = str(value) if value is not None else ""
    except (ValueError, RecursionError):  # a number of thousands of digits, a list within itself
        raise DocumentError("its front matter holds a value that cannot be written out") from None
    return " ".join(printable(without_invisible(written)).split()) or None


def _unless_url(value: Any) -> Any:
    return None if re.match(r"https?://", str(value or "")) else value
