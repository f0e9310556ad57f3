"""The ZIP archive that a DOCX, PPTX, XLSX or EPUB is, refused before it can fill the memory."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib

from ..errors import DocumentError
from . import Limits

_MOST_MEMBERS = 10_000
OLE = b"\xd0\xcf\x11\xe0"
"""How Office files before 2007 begin, and newer ones under a password."""
_ENCRYPTED = 0x1
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, OverflowError)
"""What the standard library raises on archives that are cut short or altered."""


def open_archive(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """The archive in `data`. Raises DocumentError where it is none, is encrypted, too large or ambiguous."""
    if data.startswith(OLE):
        raise DocumentError("it is protected by a password or of an older format; save it anew without one")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (*_DAMAGE, NotImplementedError):
        raise DocumentError("it is damaged or not of the format that its ending names; save it again") from None
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise DocumentError("it is protected by a password; save it without one")
    if len(members) > _MOST_MEMBERS:
        raise DocumentError(f"it holds {len(members):,} parts, over the limit of {_MOST_MEMBERS:,}; split it")
    expanded = sum(member.file_size for member in members)
    if expanded > limits.expanded_bytes:
        raise DocumentError(
            f"it unpacks to {expanded:,} bytes, over the limit of {limits.expanded_bytes:,}; "
            "split it or raise max_expanded_bytes"
        )
    if len({member.filename for member in members}) != len(members):
        raise DocumentError("it is damaged: two of its parts have the same name; save it again")
    return archive


def part(archive: zipfile.ZipFile, name: str) -> bytes:
    """One member's bytes, at most as many as it declares. Raises DocumentError where it is missing or damaged."""
    try:
        return archive.read(name)
    except KeyError:
        raise DocumentError(f"it is damaged: its part {name!r} is missing; save it again") from None
    except (*_DAMAGE, NotImplementedError, RuntimeError):
        raise DocumentError(f"it is damaged: its part {name!r} cannot be unpacked; save it again") from None
