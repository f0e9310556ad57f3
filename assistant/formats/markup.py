"""Markdown and plain text: encoding, front matter, and what of Markdown a reader sees."""

from __future__ import annotations

import re
from typing import Any

import yaml

from ..errors import DocumentError
from ..language.terms import printable
from ..language.visible import visible, without_invisible
from . import Limits, Parsed, suffix
from .encoding import decoded

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)(?:^|\n)---[ \t]*(?:\n|\Z)", re.DOTALL)
_ADDRESS = re.compile(r"https?://\S+\Z")


def parse(name: str, data: bytes, limits: Limits, depth: int) -> Parsed:  # noqa: ARG001 - every format is called alike
    """The text of a file without its front matter, and what the front matter says. Raises DocumentError."""
    front, body = _split(decoded(data).replace("\r\n", "\n").replace("\r", "\n"))
    text, remark = visible(body, markup=suffix(name) != ".txt")
    text = text.strip("\n")
    if not text.strip():
        raise DocumentError("it holds no text")
    source = written(front.get("source"))
    address = written(front.get("url"))
    return Parsed(
        text=text,
        title=written(front.get("title")),
        author=written(front.get("author")),
        publisher=written(front.get("publisher")) or (None if source and _ADDRESS.match(source) else source),
        published=front.get("published") or front.get("date"),
        language=written(front.get("language") or front.get("lang")),
        url=address if address and _ADDRESS.match(address) else None,
        remarks=(remark,) if remark else (),
    )


def mapping(source: str, what: str) -> dict[str, Any]:
    """Lines of "key: value", keys in lower case; `what` names them in the DocumentError they may raise."""
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


def written(value: Any) -> str | None:
    """A value as one line of text; None for nothing."""
    try:
        words = str(value) if value is not None else ""
    except (ValueError, RecursionError):  # a number of thousands of digits, a list within itself
        raise DocumentError("its front matter holds a value that cannot be written out") from None
    return " ".join(printable(without_invisible(words)).split()) or None


def _split(whole: str) -> tuple[dict[str, Any], str]:
    found = _FRONT_MATTER.match(whole)
    if not found:
        return {}, whole
    return mapping(found["yaml"], "its front matter"), whole[found.end() :]
