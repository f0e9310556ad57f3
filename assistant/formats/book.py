"""EPUB: the chapters of a book in the order of reading, and what its package says of it."""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree
from lxml.etree import _Element

from ..errors import DocumentError
from ..language.visible import HIDDEN
from . import Limits, Parsed, tidy
from .about_page import stated_day, text_of
from .archive import open_archive, part
from .web import decoded_page, markdown_of

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONT_METHODS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Ways to make the fonts of a book unreadable to others, which leave its text as it is."""
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_EVENT = "{http://www.idpf.org/2007/opf}event"


@dataclass(frozen=True, slots=True)
class _Package:
    """A book's list of parts: its root, the folder that its paths start from, and the names of all members."""

    root: _Element
    folder: str
    members: tuple[str, ...]

    def named(self, name: str) -> list[_Element]:
        """Elements of a name, whatever their namespace."""
        return [element for element in self.root.iter() if _local(element) == name]

    def words(self, name: str) -> list[str]:
        """The words of each element of a name."""
        return [words for element in self.named(name) if (words := text_of(element))]

    def member(self, href: str) -> str | None:
        """The member that a path means: as written, by any other case of its letters, or None."""
        path = posixpath.normpath(posixpath.join(self.folder, unquote(href.partition("#")[0]))).lstrip("./")
        if path in self.members:
            return path
        alike = [member for member in self.members if member.lower() == path.lower()]
        return alike[0] if len(alike) == 1 else None


def parse(name: str, data: bytes, limits: Limits, depth: int) -> Parsed:  # noqa: ARG001 - every format is called alike
    """A book's chapters. Raises DocumentError for what is no book, is protected or has no text."""
    with open_archive(data, limits) as archive:
        package = _package(archive)
        chapters, remarks = _chapters(archive, package, _encrypted(archive))
    if not chapters:
        raise DocumentError("; ".join(["it holds no text", *remarks]))
    return Parsed(
        text=tidy("\n\n".join(chapters)),
        title=next(iter(package.words("title")), None),
        author=", ".join(dict.fromkeys(package.words("creator"))) or None,
        publisher=next(iter(package.words("publisher")), None),
        published=_published(package),
        language=next(iter(package.words("language")), None),
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _package(archive: zipfile.ZipFile) -> _Package:
    members = tuple(archive.namelist())
    packages = [member for member in members if member.lower().endswith(".opf")]
    if _CONTAINER in members:
        listed = (
            unquote(e.get("full-path") or "") for e in _xml(archive, _CONTAINER).iter() if _local(e) == "rootfile"
        )
        packages = [path for path in listed if path in members] or packages
    if not packages:
        raise DocumentError("it is damaged: it lists no chapters (OPF); save it again")
    return _Package(_xml(archive, packages[0]), posixpath.dirname(packages[0]), members)


def _xml(archive: zipfile.ZipFile, member: str) -> _Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root: _Element | None = etree.fromstring(part(archive, member), parser)
        for element in [] if root is None else root.iter():
            _ = (
                element.tag,
                element.text,
                element.tail,
                dict(element.attrib),
            )  # fails on what a recovering parser lets pass
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        raise DocumentError(f"it is damaged: its part {member!r} is no XML; save it again")
    return root


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _encrypted(archive: zipfile.ZipFile) -> frozenset[str]:
    """The members that only a reading device with the key can open."""
    if _ENCRYPTION not in archive.namelist():
        return frozenset()
    locked: set[str] = set()
    for entry in _xml(archive, _ENCRYPTION).iter():
        if _local(entry) == "EncryptedData":
            inner = {_local(element): element for element in entry.iter()}
            method, reference = inner.get("EncryptionMethod"), inner.get("CipherReference")
            if reference is not None and (method is None or method.get("Algorithm") not in _FONT_METHODS):
                locked.add(unquote(reference.get("URI") or ""))
    return frozenset(locked)


def _chapters(archive: zipfile.ZipFile, package: _Package, locked: frozenset[str]) -> tuple[list[str], list[str]]:
    chapters: list[str] = []
    remarks: list[str] = []
    headings = _headings(archive, package)
    for href in _reading_order(package):
        member = package.member(href)
        if member is None:
            remarks.append(f"chapter {href} is listed and missing in the file")
            continue
        if member in locked:
            raise DocumentError("it is protected against copying (DRM); ask its publisher for an open copy")
        try:
            text, hidden = markdown_of(decoded_page(part(archive, member)))
        except DocumentError as error:
            remarks.append(f"chapter {href}: {error}")
            continue
        remarks.extend([HIDDEN] if hidden else [])
        heading = headings.get(member)
        if text and heading and not text.lstrip("# ").startswith(heading) and not text.startswith("#"):
            text = f"# {heading}\n\n{text}"
        chapters.extend([text] if text else [])
    return chapters, remarks


def _reading_order(package: _Package) -> list[str]:
    """The paths of the chapters; tables of contents are none."""
    items = {item.get("id"): item for item in package.named("item")}
    contents = {
        package.member(reference.get("href") or "")
        for reference in package.named("reference")
        if (reference.get("type") or "").lower() == "toc"
    }
    order: list[str] = []
    for reference in package.named("itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES or "nav" in (item.get("properties") or "").split():
            continue
        href = item.get("href") or ""
        member = package.member(href)
        if member is None or member not in contents:
            order.append(href)
    return list(dict.fromkeys(order))


def _headings(archive: zipfile.ZipFile, package: _Package) -> dict[str, str]:
    """What the table of contents (NCX) calls each member; a chapter may show its name nowhere else."""
    found: dict[str, str] = {}
    for item in package.named("item"):
        member = package.member(item.get("href") or "")
        if item.get("media-type") != "application/x-dtbncx+xml" or member is None:
            continue
        contents = _Package(_xml(archive, member), posixpath.dirname(member), package.members)
        for point in contents.named("navPoint"):
            inner = {_local(element): element for element in reversed(list(point.iter()))}
            target = contents.member(inner["content"].get("src") or "") if "content" in inner else None
            words = text_of(inner["text"]) if "text" in inner else None
            if target and words:
                found.setdefault(target, words)
    return found


def _published(package: _Package) -> str | None:
    dates = {element.get(_EVENT) or element.get("event") or "": text_of(element) for element in package.named("date")}
    stated = dates.get("publication") or dates.get("original-publication") or dates.get("")
    return stated_day([stated]) if stated else None
