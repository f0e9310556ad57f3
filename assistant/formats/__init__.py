"""A file's bytes into text: one module for each family of formats, behind one function.

The text is Markdown of the plainest kind: `# ` headings, `- ` items, tables with `|`, paragraphs with a blank line
between; no emphasis, links, images or raw HTML, as a quote is shown exactly as it stands here. Everything below runs
in a process of its own (see `parsing`), so a module may be slow or crash, but it must not return text that a reader
of the file cannot see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib import import_module

from ..errors import DocumentError
from ..language.visible import without_invisible
from ..settings import Settings

FORMATS_VERSION = 3
"""Raised when the same file gives another text than before; indexes of an older version are rebuilt."""
_DEEPEST = 3
"""An attachment of an attachment of a mail is read, and no further."""
_MODULES = {
    ".md": "markup",
    ".markdown": "markup",
    ".txt": "markup",
    ".html": "web",
    ".htm": "web",
    ".xhtml": "web",
    ".pdf": "pdf",
    ".docx": "word",
    ".pptx": "slides",
    ".xlsx": "sheets",
    ".csv": "sheets",
    ".tsv": "sheets",
    ".eml": "mail",
    ".epub": "book",
}
SUFFIXES = tuple(_MODULES)
_OLDER = {".doc": ".docx", ".ppt": ".pptx", ".xls": ".xlsx", ".odt": ".docx", ".ods": ".xlsx", ".rtf": ".docx"}
_BLANK_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold before it is refused."""

    characters: int = Settings.model_fields["max_characters"].default
    """Of text, after parsing."""
    pages: int = Settings.model_fields["max_pages"].default
    expanded_bytes: int = Settings.model_fields["max_expanded_bytes"].default
    """What the archive that a DOCX, PPTX, XLSX or EPUB is may hold once unpacked."""

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Those that the settings say."""
        return cls(settings.max_characters, settings.max_pages, settings.max_expanded_bytes)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says, and what it says of itself. Dates may be words; whoever reads them parses them."""

    text: str
    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    published: date | str | None = None
    made: date | str | None = None
    """When the file was made, which counts where nothing better is known."""
    language: str | None = None
    """As the file has it, such as "en" or "en-GB"."""
    url: str | None = None
    pages: tuple[int, ...] = ()
    """Where each page or slide begins in `text`, in characters; empty for formats without pages."""
    remarks: tuple[str, ...] = ()
    """What of the file is not in the text, in words."""


def convert(name: str, data: bytes, limits: Limits, depth: int = 0) -> Parsed:
    """The text of a file, by the ending of its name. Raises DocumentError with the reason in words.

    `depth` counts the files that this one came in.
    """
    ending = suffix(name)
    if depth > _DEEPEST:
        raise DocumentError(f"it lies more than {_DEEPEST} attachments deep")
    if ending not in _MODULES:
        raise DocumentError(unknown_format(name))
    parsed: Parsed = import_module(f".{_MODULES[ending]}", __name__).parse(name, data, limits, depth)
    if len(parsed.text) > limits.characters:
        raise DocumentError(
            f"it holds {len(parsed.text):,} characters of text, over the limit of {limits.characters:,}; "
            "split it or raise max_characters"
        )
    return parsed


def suffix(name: str) -> str:
    """The ending of a file's name in lower case, with its dot; empty where it has none."""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem and "/" not in ending else ""


def tidy(text: str) -> str:
    """Text without invisible characters, lines ended by line feeds, at most one blank line, and none at its ends."""
    plain = without_invisible(text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))
    lines = "\n".join(line.rstrip() for line in plain.replace("\u00a0", " ").split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")


def paged(texts: Iterable[str]) -> tuple[str, tuple[int, ...]]:
    """Pages joined, and where each begins; they must be tidy. One without text begins where the next one does."""
    begins: list[int] = []
    whole = ""
    for text in texts:
        if text and whole:
            whole += "\n\n"
        begins.append(len(whole) if text or not whole else len(whole) + 2)
        whole += text
    return whole, tuple(min(begin, len(whole)) for begin in begins)


def table(rows: Iterable[Iterable[str]]) -> str:
    """Rows of cells as a Markdown table, the first of them its header; columns without any words are left out."""
    cells = [[" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    width = max(map(len, cells), default=0)
    even = [row + [""] * (width - len(row)) for row in cells]
    kept = [column for column in range(width) if any(row[column] for row in even)]
    lines = [f"| {' | '.join(row[column] for column in kept)} |" for row in even]
    return "\n".join([*lines[:1], "|" + " --- |" * len(kept), *lines[1:]]) if kept else ""


def unknown_format(name: str) -> str:
    """Why a file of this name is not read, in words."""
    ending = suffix(name)
    if ending in _OLDER:
        return f"{ending} is a format that is not read; save it as {_OLDER[ending]}"
    return f"{ending or 'a file without an ending'} is not a format that is read ({', '.join(SUFFIXES)})"
