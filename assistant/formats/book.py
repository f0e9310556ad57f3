"""EPUB: the chapters of a book in the order in which it is read, and what its package says of it."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from ..errors import DocumentError
from . import HIDDEN, Limits, Parsed, tidy
from .archive import open_archive, part
from .encoding import decoded
from .html import markdown_of

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Ways to hide fonts, which are no text."""
_NO_PARTS = "its table of parts is damaged; open it in the program that made it and save it anew"
_PAGES = ("application/xhtml+xml", "text/html")


def parse(name: str, data: bytes, limits: Limits, depth: int) -> Parsed:  # noqa: ARG001 - every format is called alike
    """The text of all chapters. Raises DocumentError."""
    with open_archive(data, limits) as archive:
        if _is_encrypted(archive):
            raise DocumentError("it is protected against copying (DRM); a copy without it is needed")
        path = next((found.get("full-path", "") for found in _named(_xml(part(archive, _CONTAINER)), "rootfile")), "")
        if not path:
            raise DocumentError(_NO_PARTS)
        package = _xml(part(archive, path))
        chapters, missing = [], 0
        hidden = False
        for chapter in _chapters(package, posixpath.dirname(path)):
            if chapter not in archive.namelist():
                missing += 1
                continue
            text, unseen = markdown_of(_markup(part(archive, chapter)))
            hidden = hidden or unseen
            chapters += [text] if text else []
    if not chapters:
        raise DocumentError("it holds no text")
    remarks = [HIDDEN] if hidden else []
    if missing:
        remarks.append(f"{missing} of its chapters {'is' if missing == 1 else 'are'} missing in the file")
    return Parsed(
        text=tidy("\n\n".join(chapters)),
        title=_first(package, "title"),
        author=", ".join(_all(package, "creator")) or None,
        publisher=_first(package, "publisher"),
        published=_first(package, "date"),
        language=_first(package, "language"),
        remarks=tuple(remarks),
    )


def _xml(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        raise DocumentError(_NO_PARTS)
    return root


def _markup(data: bytes) -> str:
    """A chapter's markup without the declaration of its encoding, which lxml does not want with text."""
    text = decoded(data)
    return text[text.index("?>") + 2 :] if text.lstrip().startswith("<?xml") and "?>" in text else text


def _named(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """Elements of a name, whatever their namespace."""
    named = (element for element in root.iter() if isinstance(element.tag, str))
    return (element for element in named if re.split("[}:]", element.tag)[-1] == name)


def _all(package: etree._Element, name: str) -> list[str]:
    found = (" ".join("".join(element.itertext()).split()) for element in _named(package, name))
    return [words for words in found if words]


def _first(package: etree._Element, name: str) -> str | None:
    return next(iter(_all(package, name)), None)


def _chapters(package: etree._Element, folder: str) -> Iterator[str]:
    """The names of the chapters' parts, in the order of reading; tables of contents are none."""
    items = {item.get("id"): item for item in _named(package, "item")}
    for reference in _named(package, "itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES or "nav" in item.get("properties", "").split():
            continue
        yield posixpath.normpath(posixpath.join(folder, unquote(item.get("href", "")))).lstrip("./")


def _is_encrypted(archive: zipfile.ZipFile) -> bool:
    if _ENCRYPTION not in archive.namelist():
        return False
    methods = [found.get("Algorithm", "") for found in _named(_xml(part(archive, _ENCRYPTION)), "EncryptionMethod")]
    return any(method not in _FONTS for method in methods)
