"""What DOCX, PPTX and XLSX have in common: a zip of XML parts that refer to each other, and properties."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from lxml import etree

from ..errors import DocumentError
from ..language.visible import HIDDEN, LOSS, STRUCK
from . import Limits, table
from .archive import OLE, open_archive, part

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DEFAULT_TITLE = re.compile(
    r"microsoft (?:word|excel|powerpoint) - .*|power\s?point\W\S+|\S+(?: \S+)*? powerpoint|(?:word )?document\s?\d*"
    r"|(?:slide|folie|diapositive|diapositiva) \d+|(?:untitled|title|book|presentation)\s?\d*",
    re.IGNORECASE,
)
"""What the programs write into a title that nobody has filled in."""
_DEFAULT_AUTHORS = frozenset(
    "microsoft office user|user|admin|administrator|author|unknown|python-docx|openpyxl|apache poi|un-named".split("|")
)
_ITEM = re.compile(r"[ ]*(?:-|\d{1,3}[.)])[ ]")
_NEAR = 8
"""How far two colours may be apart in red, green or blue, of 255, before an eye tells them apart."""


@dataclass(slots=True)
class Omissions:
    """What was left out while a file was read, for its remarks."""

    hidden: int = 0
    """Words that no reader sees."""
    struck: int = 0
    """Words that are struck out."""
    counts: dict[str, int] = field(default_factory=dict)
    once: set[str] = field(default_factory=set)
    """Things there can only be one of, such as "the table of contents"."""

    def add(self, what: str) -> None:
        """Count one more thing whose plural takes an s, such as "chart"."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def remarks(self) -> tuple[str, ...]:
        """All of it in words. Three hidden words or fewer, such as a stray blank, are not worth saying."""
        said = [HIDDEN] if self.hidden > LOSS else []
        said += [STRUCK] if self.struck else []
        for what, count in self.counts.items():
            said.append(f"{count:,} {what}{'s were' if count > 1 else ' was'} left out")
        return (*said, *(f"{what} was left out" for what in sorted(self.once)))


@dataclass(frozen=True, slots=True)
class Properties:
    """What an Office file says of itself. Its dates are those of its template as often as not, so none is here."""

    title: str | None = None
    author: str | None = None
    language: str | None = None


@contextmanager
def readable(program: str) -> Iterator[None]:
    """Whatever goes wrong within is a DocumentError that says so in words."""
    try:
        yield
    except DocumentError:
        raise
    except Exception as error:
        # A damaged part surfaces as whatever the reading library happens to trip over: KeyError, ValueError,
        # AttributeError, zlib.error, XMLSyntaxError, RecursionError and more, of four libraries. All mean the same.
        raise DocumentError(
            f"it is damaged or no {program} file ({type(error).__name__}); open it in {program} and save it again"
        ) from error


def package(data: bytes, limits: Limits, program: str) -> zipfile.ZipFile:
    """The archive an Office file is. Raises DocumentError for anything else, protected files included."""
    if data.startswith(OLE):
        if _ENCRYPTED in data:
            raise DocumentError("it is protected by a password; save it without one")
        raise DocumentError(f"it is of an older format under a new name; open it in {program} and save it again")
    archive = open_archive(data, limits)
    if b"purl.oclc.org/ooxml" in part(archive, "_rels/.rels"):
        raise DocumentError(f"it is saved as Strict Open XML; save it as an ordinary {program} file")
    return archive


def tree(data: bytes) -> etree._Element:
    """The root of a part, without comments; entities are not resolved, nothing is fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    return etree.fromstring(data, parser)


def settled(root: etree._Element) -> etree._Element:
    """The same tree with one of each set of alternatives that programs of different age are offered: the first."""
    for alternatives in list(root.iter(f"{_MC}AlternateContent")):
        parent = alternatives.getparent()
        if parent is not None and len(alternatives):
            at = parent.index(alternatives)
            parent[at : at + 1] = list(alternatives[0])
    return root


def optional(archive: zipfile.ZipFile, name: str | None) -> etree._Element | None:
    """The root of a part that a file may lack."""
    return tree(part(archive, name)) if name and name in archive.NameToInfo else None


def related(archive: zipfile.ZipFile, source: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: by id, the kind (such as "styles") and the name of the other part."""
    folder, name = posixpath.split(source)
    root = optional(archive, posixpath.join(folder, "_rels", f"{name}.rels"))
    found: dict[str, tuple[str, str]] = {}
    for relation in root if root is not None else ():
        if relation.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))
            found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], target.lstrip("/"))
    return found


def part_of_kind(archive: zipfile.ZipFile, source: str, kind: str) -> str | None:
    """The name of the part of a kind that `source` refers to; the package itself is the source "".

    The main part of every Office file is of the kind "officeDocument".
    """
    return next((target for found, target in related(archive, source).values() if found == kind), None)


def properties(archive: zipfile.ZipFile) -> Properties:
    """The file's core properties, without what a program fills in by itself."""
    root = optional(archive, part_of_kind(archive, "", "core-properties"))
    if root is None:
        return Properties()
    said = {local(child): " ".join((child.text or "").split()) for child in root}
    title, author = said.get("title", ""), said.get("creator", "")
    return Properties(
        title=None if _DEFAULT_TITLE.fullmatch(title) else title or None,
        author=None if author.lower() in _DEFAULT_AUTHORS else author or None,
        language=said.get("language") or None,
    )


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def joined(blocks: Iterable[str]) -> str:
    """Blocks with a blank line between; items of a list follow one another without."""
    text, item = "", False
    for block in filter(None, blocks):
        before, item = item, bool(_ITEM.match(block))
        text += ("\n" if before and item else "\n\n" if text else "") + block
    return text


def titled(rows: Iterable[Sequence[str]]) -> list[str]:
    """A table as blocks: rows of one filled cell above a wider one are its title, and paragraphs."""
    left = [row for row in rows if any(row)]
    first = next((number for number, row in enumerate(left) if sum(map(bool, row)) > 1), 0)
    return [*(" ".join(" ".join(row).split()) for row in left[:first]), table(left[first:])]


def near(colour: str, other: str) -> bool:
    """Whether text of one colour cannot be seen on the other; both are six hexadecimal digits."""
    try:
        pairs = zip(bytes.fromhex(colour), bytes.fromhex(other), strict=True)
        return all(abs(one - two) <= _NEAR for one, two in pairs)
    except ValueError:
        return False
