"""Files that only this user may read: keys, hashes of passwords, what people asked."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import IO

_OWN = 0o600


def open_private(path: Path) -> IO[bytes]:
    """Open a file for writing, empty, that no other user can read, also where it was there. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, _OWN)
    os.fchmod(descriptor, _OWN)
    os.ftruncate(descriptor, 0)
    return os.fdopen(descriptor, "wb")


def opener(path: str, flags: int) -> int:
    """For `open`: a file that it makes is one that no other user can read."""
    return os.open(path, flags, _OWN)


def make_private(path: Path) -> None:
    """Make an empty file that no other user can read, or take one that is there from them. Raises OSError.

    One that is there is not opened: that would end the locks that SQLite holds on it in this process.
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWN))
    except FileExistsError:
        with suppress(PermissionError):  # it is another user's, who lets us write it
            path.chmod(_OWN)
