"""One file that holds all that cannot be made again, and the catalogue, which saves making it again.

corpus folder + ledger + trash + older versions that are kept + conversations + users + catalogue → `backup_file`
→ `restoring`
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ..documents import backup_file
from ..errors import DamagedFile, UsageError
from ..people.conversations import CONVERSATIONS, Conversations
from ..people.users import USERS, Users
from ..records import OnProgress
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
            copies = {backup_file.LEDGER: Path(own, "ledger"), backup_file.CATALOGUE: Path(own, "catalogue")}
            corpus.copy_to(*copies.values())
            if (settings.state_dir / CONVERSATIONS).is_file():
                copies[backup_file.CONVERSATIONS] = _copy(Conversations, settings, Path(own, "conversations"))
            if (settings.state_dir / USERS).is_file():
                copies[backup_file.USERS] = _copy(Users, settings, Path(own, "users"))
            files = dict(_members(settings)) | copies
            with open_private(part) as stream:
                backup_file.pack(files, stream, progress, compressed=file.suffix in {".gz", ".tgz"})
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


def _copy(kind: type[Conversations | Users], settings: Settings, copy: Path) -> Path:
    """A copy of a file of `state_dir`. Raises UsageError when it is damaged."""
    try:
        with closing(kind(settings.state_dir)) as kept:
            kept.copy_to(copy)
    except DamagedFile as damage:  # no damage of the index, which would be mended and tried again
        raise UsageError(f"{damage}; then write the backup") from None
    return copy


def _check(settings: Settings, file: Path) -> None:
    """Raise UsageError for a place where a backup would overwrite something else."""
    if file.is_dir():
        raise UsageError(f"{file} is a folder; name a file, such as {file / 'backup.tar'}")
    for folder in (settings.corpus_dir, settings.state_dir, settings.data_dir):
        if file.resolve().is_relative_to(folder.resolve()):
            raise UsageError(f"{file} lies in {folder}, which is backed up; name a file elsewhere")
    if file.exists() and not backup_file.is_backup(file):
        raise UsageError(f"{file} is there and is no backup; name another file")


def _members(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Files by their names in the backup. Hidden ones and links out of the folder are no part of a corpus."""
    for name, top in (
        (backup_file.CORPUS, settings.corpus_dir),
        (backup_file.TRASH, settings.state_dir / "trash"),
        (backup_file.KEPT, settings.state_dir / "kept"),
    ):
        for path in sorted(top.rglob("*")):
            inside = path.relative_to(top)
            hidden = name == backup_file.CORPUS and any(part.startswith((".", "~$")) for part in inside.parts)
            if path.is_file() and not hidden and path.resolve().is_relative_to(top.resolve()):
                yield f"{name}/{inside.as_posix()}", path
