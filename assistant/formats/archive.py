"""The zip archives that office files and books are, checked before anything of them is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from ..errors import DocumentError
from . import Limits

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files of older Office begin, and newer ones that are encrypted."""
_MOST_MEMBERS = 10_000


def open_archive(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """The archive, whose members unpack to no more than the limit. Raises DocumentError.

    Sizes are those that the archive states; `zipfile` unpacks no further than that.
    """
    if data.startswith(_OLE):
        raise DocumentError("it is protected by a password, or of an older Office; save it anew without one")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError, UnicodeError):
        raise DocumentError("it is damaged; open it in the program that made it and save it anew") from None
    if any(member.flag_bits & 1 for member in members):
        raise DocumentError("it is protected by a password; save it without one")
    if len(members) > _MOST_MEMBERS or len({member.filename for member in members}) < len(members):
        raise DocumentError(
            "its parts are too many, or there twice; open it in the program that made it and save it anew"
        )
    size = sum(member.file_size for member in members)
    if size > limits.expanded_bytes:
        raise DocumentError(
            f"it unpacks to {size:,} bytes, over the limit of {limits.expanded_bytes:,}; "
            "split it or raise max_expanded_bytes"
        )
    return archive


def part(archive: zipfile.ZipFile, name: str) -> bytes:
    """One member, unpacked. Raises DocumentError when it is missing or damaged."""
    try:
        return archive.read(name)
    except KeyError:
        raise DocumentError(
            f"its part {name} is missing; open it in the program that made it and save it anew"
        ) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        raise DocumentError(
            f"its part {name} is damaged; open it in the program that made it and save it anew"
        ) from None
