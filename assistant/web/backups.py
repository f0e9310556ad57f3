"""Backups that are made at the page: the newest is kept, in the server's temporary folder, until the page ends."""

from __future__ import annotations

import secrets
import tempfile
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..api import Assistant
from ..errors import UsageError


@dataclass(frozen=True, slots=True)
class Backup:
    """One that was made."""

    backup_id: str
    file: Path
    size: int
    """Bytes."""


class Backups:
    """Makes backups and gives them by their ids. Safe to use from several threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._made: tuple[Backup, tempfile.TemporaryDirectory[str]] | None = None

    def make(self, assistant: Assistant) -> Backup:
        """Make one in place of the former. Raises NotAllowed, and AssistantError where it cannot be written."""
        try:
            folder = tempfile.TemporaryDirectory(prefix="assistant-backup-")
        except OSError as error:
            raise UsageError(f"cannot make a backup ({error.strerror}); check the disk of temporary files") from None
        file = Path(folder.name, f"briefings {datetime.now(UTC):%Y-%m-%d %H%M}.tar")
        try:
            found = Backup(secrets.token_urlsafe(16), file, assistant.backup(file))
        except BaseException:
            folder.cleanup()
            raise
        with self._turn:
            former, self._made = self._made, (found, folder)
        if former:
            former[1].cleanup()
        return found

    def get(self, backup_id: str) -> Backup | None:
        """The newest backup, if it has that id."""
        with self._turn:
            newest = self._made[0] if self._made else None
        return newest if newest and secrets.compare_digest(newest.backup_id.encode(), backup_id.encode()) else None
