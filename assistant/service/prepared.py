"""Reading an index that cannot or must not be written: each user works on a copy of it in the cache folder."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import IndexFailure
from ..indexing import seal
from ..indexing.schema import CATALOGUE, VECTORS
from ..records import OnProgress, Progress
from ..settings import Settings
from . import wire

_COPIED = (CATALOGUE, f"{CATALOGUE}-wal", VECTORS, seal.SEAL)


def usable(settings: Settings, progress: OnProgress) -> Settings:
    """The settings to work with: themselves, or, for an index that is only read, ones that name a copy of it.

    Raises IndexFailure where there is no index and none can be made.
    """
    original = settings.data_dir
    if not settings.read_only and not (os.path.isfile(original / CATALOGUE) and not _writable(original)):
        return settings
    if settings.chroma_url:
        raise IndexFailure(
            f"{original} cannot be written, which chroma_url needs; check its permissions, or set data_dir"
        )
    if not os.path.isfile(original / CATALOGUE):
        raise IndexFailure(f"read_only is set, and {original} holds no index; prepare one with 'assistant sync'")
    whose = hashlib.sha256(os.path.realpath(original).encode()).hexdigest()[:12]
    copies = settings.cache_dir / "prepared"
    try:
        copy = copies / f"{whose}-{seal.state(original)}"
        copies.mkdir(parents=True, exist_ok=True)
        with FileLock(copies / f"{whose}.lock"):
            if not (copy / CATALOGUE).is_file():
                shutil.rmtree(copy, ignore_errors=True)
                progress(Progress(f"copying the prepared index {original}"))
                _copy(original, copy)
            _forget_others(copies, whose, copy)
    except OSError as error:
        raise IndexFailure(
            f"cannot copy the index {original}, which is only read, to {copies} ({error.strerror}); set cache_dir"
        ) from None
    return settings.model_copy(update={"data_dir": copy, "read_only": True})


def _writable(folder: Path) -> bool:
    probe = folder / f".probe-{secrets.token_hex(6)}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        return error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}  # a full disk is not one to be only read
    return True


def _copy(original: Path, copy: Path) -> None:
    part = copy.with_name(f"{copy.name}.{secrets.token_hex(4)}")
    try:
        part.mkdir()
        for path in (original / name for name in _COPIED):
            if path.is_dir():
                shutil.copytree(path, part / path.name)
            elif path.is_file():
                shutil.copy2(path, part / path.name)
        for path in (part, *part.rglob("*")):  # the copies of what cannot be written can be
            path.chmod(0o700 if path.is_dir() else 0o600)
        part.rename(copy)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _forget_others(copies: Path, whose: str, copy: Path) -> None:
    """Delete the copies of former states that no owner holds."""
    for other in copies.glob(f"{whose}-*/"):
        if other != copy:
            with contextlib.suppress(Timeout, OSError), FileLock(other / wire.LOCK, timeout=0):
                shutil.rmtree(other, ignore_errors=True)
