"""What a backup is: a tar file, compressed or not, of these folders and files, and at its end a manifest.

corpus/…  state/trash/…  state/kept/…  state/{ledger, conversations, users}  index/catalogue  manifest.json

The manifest has the format's number, when the backup was made, and the SHA-256 of each file by its name.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import lzma
import os
import shutil
import tarfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from ..errors import UsageError
from ..indexing import schema
from ..people import conversations, users
from ..records import OnProgress, Progress
from . import ledger

CORPUS, TRASH, KEPT = "corpus", "state/trash", "state/kept"
LEDGER, CATALOGUE = f"state/{ledger.LEDGER}", f"index/{schema.CATALOGUE}"
CONVERSATIONS, USERS = f"state/{conversations.CONVERSATIONS}", f"state/{users.USERS}"
NO_TAR = (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)
"""What Python raises on a tar file, compressed or not, that is none."""
FORMAT = 1
MANIFEST = "manifest.json"


def is_backup(file: Path) -> bool:
    """Whether a file is a backup, by its manifest. Raises OSError where it cannot be read."""
    try:
        with tarfile.open(file) as archive:
            return MANIFEST in archive.getnames()
    except NO_TAR:
        return False


def pack(files: Mapping[str, Path], stream: IO[bytes], progress: OnProgress, *, compressed: bool) -> None:
    """Write a backup of files, by their names in it. One that is deleted meanwhile is left out.

    Raises UsageError for one that cannot be read, OSError for one that changes and where the disk is full.
    """
    hashes = {}
    with _archive(stream, compressed=compressed) as archive:
        for position, (name, path) in enumerate(files.items()):
            progress(Progress("backing up", position + 1, len(files)))
            with contextlib.suppress(FileNotFoundError), _open(path) as file:
                stat = os.fstat(file.fileno())
                member = tarfile.TarInfo(name)
                member.size, member.mtime = stat.st_size, int(stat.st_mtime)
                hashed = _Hashed(file)
                archive.addfile(member, hashed)
                hashes[name] = hashed.digest.hexdigest()
        made = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = json.dumps({"format": FORMAT, "made": made, "files": hashes}).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size = len(manifest)
        archive.addfile(member, io.BytesIO(manifest))


def unpack(file: Path, into: Path) -> None:
    """Unpack a backup and compare it with its manifest. Raises UsageError for a format of a later assistant.

    And one of `NO_TAR`, or ValueError, KeyError, TypeError, FileNotFoundError, where it is no whole backup; OSError
    where the disk is full.
    """
    _extract(file, into)
    found = json.loads((into / MANIFEST).read_text(encoding="utf-8"))["format"]
    if found != FORMAT:
        raise UsageError(f"{file} has format {found}, this assistant knows {FORMAT}; update it")
    check(into)


def check(unpacked: Path) -> None:
    """Compare what was unpacked with its manifest. Raises OSError, ValueError, KeyError, TypeError where it differs."""
    hashes: dict[str, str] = json.loads((unpacked / MANIFEST).read_text(encoding="utf-8"))["files"]
    for name, known in hashes.items():
        with (unpacked / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != known:
                raise ValueError(name)


def _extract(file: Path, into: Path) -> None:
    """Plain files only, each below `into`, whatever the archive says."""
    with tarfile.open(file) as archive:
        for member in archive:
            target = into / member.name
            source = archive.extractfile(member) if member.isreg() else None
            if source is None or not target.resolve().is_relative_to(into.resolve()):
                raise ValueError(f"{member.name} does not belong in it")
            target.parent.mkdir(parents=True, exist_ok=True)
            with source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy)


def _archive(stream: IO[bytes], *, compressed: bool) -> tarfile.TarFile:
    if compressed:
        return tarfile.open(fileobj=stream, mode="w:gz")
    return tarfile.open(fileobj=stream, mode="w")


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UsageError(
            f"cannot read {path} ({error.strerror}); a backup would lack it: check its permissions, or remove it"
        ) from None


class _Hashed:
    """A file that is read once, and what was read of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes. One that ends before its size said raises OSError in tarfile."""
        data = self._file.read(size)
        self.digest.update(data)
        return data
