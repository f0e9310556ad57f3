"""Writing, moving and deleting files so that each is whole or not there, whenever the process or the power ends."""

from __future__ import annotations

import contextlib
import errno
import filecmp
import os
import secrets
import shutil
from pathlib import Path

from ..errors import IndexFailure
from . import failpoints

BEING_WRITTEN = ".incoming-"
"""Begins the name of a file whose bytes are not all there; it is hidden, so that nobody takes it for an article."""


def incoming(folder: Path) -> Path:
    """A name of its own for a file that is about to be written into a folder."""
    return folder / f"{BEING_WRITTEN}{secrets.token_hex(6)}"


def write(path: Path, data: bytes | Path) -> None:
    """Write bytes, or a copy of a file, through to the disk: they are there before a name is. Raises OSError."""
    with path.open("wb") as file:
        if isinstance(data, bytes):
            file.write(data)
        else:
            with data.open("rb") as source:
                shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())


def write_whole(target: Path, data: bytes | Path) -> None:
    """Write a file in place of the one that is there, whole or not at all. Raises OSError."""
    beside = incoming(target.parent)
    try:
        write(beside, data)
        failpoints.reach("moving: new bytes written beside the old")
        beside.replace(target)
        failpoints.reach("moving: new bytes in place")
    finally:
        with contextlib.suppress(OSError):  # gone, or on a disk that fails
            beside.unlink()


def give_name(path: Path, target: Path) -> bool:
    """Let a file have another name in its folder, unless that is taken, be it since a moment ago. Raises OSError."""
    try:
        os.link(path, target, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise
        if os.path.lexists(target):
            return False
        path.rename(target)  # a file system without links
    else:
        failpoints.reach("moving: a file has two names")
        path.unlink()
    return True


def move(path: Path, target: Path) -> None:
    """Move a file or link, across file systems too. Raises OSError; FileExistsError when another one has the name.

    A move that was cut off is finished by the same call again.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(target):
        if not _same(path, target):
            raise FileExistsError(errno.EEXIST, "another file has that name", str(target))
        path.unlink()
        return
    if path.is_dir() and not path.is_symlink():
        shutil.move(path, target)
        return
    try:
        named = give_name(path, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        named = _copied(path, target)
    if not named:
        raise FileExistsError(errno.EEXIST, "another file has that name", str(target))


def _copied(path: Path, target: Path) -> bool:
    """Move to another file system: the copy gets its name when it is whole, and then the original goes."""
    beside = incoming(target.parent)
    try:
        if path.is_symlink():
            beside.symlink_to(path.readlink())
        else:
            write(beside, path)
            shutil.copystat(path, beside)
        failpoints.reach("moving: copied to another file system")
        named = give_name(beside, target)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()
    if named:
        failpoints.reach("moving: whole on two file systems")
        path.unlink()
    return named


def _same(one: Path, other: Path) -> bool:
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and one.readlink() == other.readlink()
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


def delete_folder(path: Path) -> None:
    """Delete what has a name: a folder with all in it, a link to one, or a file. Raises IndexFailure."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise IndexFailure(f"cannot delete {error.filename or path} ({error.strerror}); delete it by hand") from None
