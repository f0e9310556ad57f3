"""One file that holds all that cannot be made again, and the catalogue, which saves making it again.

corpus folder + ledger + trash + older versions that are kept + conversations + users + catalogue → a tar file
→ `restoring`
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import secrets
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from ..documents.ledger import LEDGER
from ..documents.restoring import FORMAT, MANIFEST, NO_TAR
from ..errors import DamagedFile, UsageError
from ..indexing.schema import CATALOGUE
from ..people.conversations import CONVERSATIONS, Conversations
from ..people.users import USERS, Users
from ..records import OnProgress, Progress
from ..settings import Settings
from ..storage.private import open_private
from .holding import Opened


def write(settings: Settings, opened: Opened, file: Path, progress: OnProgress) -> int:
    """Write a backup, whole or not at all; its size in bytes. The corpus stands still meanwhile, questions do not.

    A name that ends in .gz or .tgz has it compressed. Raises UsageError where it cannot be written.
    """
    corpus = opened.followed
    _check(settings, file)
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with corpus.standing_still(), tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as own:
            corpus.sync(progress, again=False)  # so that every article has its id
            copies = {f"state/{LEDGER}": Path(own, "ledger"), f"index/{CATALOGUE}": Path(own, "catalogue")}
            corpus.copy_to(*copies.values())
            copies |= _kept(settings, CONVERSATIONS, Conversations, Path(own, "conversations"))
            copies |= _kept(settings, USERS, Users, Path(own, "users"))
            files = dict(_members(settings)) | copies
            with open_private(part) as stream:
                with _archive(file, stream) as archive:
                    _add(archive, files, progress)
                stream.flush()
                os.fsync(stream.fileno())
            size = part.stat().st_size
            part.replace(file)
    except OSError as error:
        reason = error.strerror or "an article changed while it was read"
        raise UsageError(f"cannot write {file} ({reason}); check its folder and the free disk, and try again") from None
    else:
        return size
    finally:
        part.unlink(missing_ok=True)


def _kept(settings: Settings, name: str, kind: type[Conversations | Users], copy: Path) -> dict[str, Path]:
    """A copy of a file of `state_dir`, where there is one. Raises UsageError when it is damaged."""
    if not (settings.state_dir / name).is_file():
        return {}
    try:
        with closing(kind(settings.state_dir)) as kept:
            kept.copy_to(copy)
    except DamagedFile as damage:  # no damage of the index, which would be mended and tried again
        raise UsageError(f"{damage}; then write the backup") from None
    return {f"state/{name}": copy}


def _check(settings: Settings, file: Path) -> None:
    """Raise UsageError for a place where a backup would overwrite something else."""
    if file.is_dir():
        raise UsageError(f"{file} is a folder; name a file, such as {file / 'backup.tar'}")
    for folder in (settings.corpus_dir, settings.state_dir, settings.data_dir):
        if file.resolve().is_relative_to(folder.resolve()):
            raise UsageError(f"{file} lies in {folder}, which is backed up; name a file elsewhere")
    if file.exists() and not _is_backup(file):
        raise UsageError(f"{file} is there and is no backup; name another file")


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UsageError(
            f"cannot read {path} ({error.strerror}); a backup would lack it: check its permissions, or remove it"
        ) from None


def _is_backup(file: Path) -> bool:
    try:
        with tarfile.open(file) as archive:
            return MANIFEST in archive.getnames()
    except NO_TAR:
        return False


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


def _archive(file: Path, stream: IO[bytes]) -> tarfile.TarFile:
    if file.suffix in {".gz", ".tgz"}:
        return tarfile.open(fileobj=stream, mode="w:gz")
    return tarfile.open(fileobj=stream, mode="w")


def _members(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Files by their names in the backup. Hidden ones and links out of the folder are no part of a corpus."""
    for name, top in (
        ("corpus", settings.corpus_dir),
        ("state/trash", settings.state_dir / "trash"),
        ("state/kept", settings.state_dir / "kept"),
    ):
        for path in sorted(top.rglob("*")):
            inside = path.relative_to(top)
            hidden = name == "corpus" and any(part.startswith((".", "~$")) for part in inside.parts)
            if path.is_file() and not hidden and path.resolve().is_relative_to(top.resolve()):
                yield f"{name}/{inside.as_posix()}", path


def _add(archive: tarfile.TarFile, files: dict[str, Path], progress: OnProgress) -> None:
    """Each file as it is read once; at the end what they all were, which shows that none is missing."""
    hashes = {}
    for position, (name, path) in enumerate(files.items()):
        progress(Progress("backing up", position + 1, len(files)))
        with contextlib.suppress(FileNotFoundError), _open(path) as file:  # deleted since the folder was listed
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
