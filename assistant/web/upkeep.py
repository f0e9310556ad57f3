"""Keeping the corpus in order: sync, check, repair, back up, restore; the same calls as the command line's."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gradio as gr

from ..access import ADMIN
from ..doctor import examine
from ..errors import AssistantError
from ..in_words import sync_in_words
from ..records import Finding
from .backups import Backups
from .parts import part, rendered
from .talk import QUIET
from .uploads import guarded
from .visitors import Visitors


class Upkeep:
    """Builds the controls within the layout that is open, and answers their events."""

    def __init__(self, visitors: Visitors, backups: Backups) -> None:
        self._visitors = visitors
        self._backups = backups

    def upkeep(self) -> None:
        """The controls."""
        with gr.Row(elem_id="upkeep-row"):
            self._sync = gr.Button("Read the folder again", size="sm", elem_id="sync")
            self._check = gr.Button("Check everything", size="sm", elem_id="check")
            self._repair = gr.Button("Check and repair", size="sm", elem_id="repair")
            self._backup = gr.Button("Make a backup", size="sm", elem_id="backup")
            self._restore = guarded(
                gr.UploadButton("Restore a backup", size="sm", file_types=[".tar", ".gz", ".tgz"], elem_id="restore")
            )
        self._found = part(name="findings")

    def listen(self, listed: Callable[..., Any], view: gr.State, lists: list[Any]) -> None:
        """Tie the controls to what they do; the lists of articles follow."""
        found = [self._found]
        events = [
            self._sync.click(self._synced, None, found, **QUIET),
            self._check.click(self._check_all, None, found, **QUIET),
            self._repair.click(self._check_and_repair, None, found, **QUIET),
            self._restore.upload(self._restored, [self._restore], found, **QUIET),
        ]
        for event in events:
            event.then(listed, [view], lists, **QUIET)
        self._backup.click(self._backed_up, None, found, **QUIET)

    @property
    def admins_own(self) -> list[Any]:
        """The controls that are an admin's alone."""
        return [self._check, self._repair, self._backup, self._restore]

    def _synced(self, request: gr.Request) -> str:
        try:
            return _told(sync_in_words(self._visitors.of(request).sync()))
        except AssistantError as error:
            return _told(str(error), failed=True)

    def _check_all(self, request: gr.Request) -> str:
        return self._checked(request, repair=False)

    def _check_and_repair(self, request: gr.Request) -> str:
        return self._checked(request, repair=True)

    def _checked(self, request: gr.Request, *, repair: bool) -> str:
        try:
            self._visitors.of(request).person.needs(ADMIN, "checking everything")
        except AssistantError as error:
            return _told(str(error), failed=True)
        findings = examine(self._visitors.settings, repair=repair)
        bad = ", ".join(finding.what for finding in findings if not finding.fine)
        return _told(f"look at: {bad}" if bad else "all is well", findings, failed=bool(bad))

    def _backed_up(self, request: gr.Request) -> str:
        try:
            made = self._backups.make(self._visitors.of(request))
        except AssistantError as error:
            return _told(str(error), failed=True)
        return _told(f"the backup is ready ({made.size / 1e6:,.1f} MB)", backup_id=made.backup_id)

    def _restored(self, path: str, request: gr.Request) -> str:
        try:
            report = self._visitors.of(request).restore_backup(path)
            return _told(f"everything is as it was: {sync_in_words(report)}")
        except AssistantError as error:
            return _told(str(error).replace(path, os.path.basename(path)), failed=True)
        finally:
            with suppress(OSError):  # Gradio's own copy
                os.unlink(path)


def _told(told: str, findings: list[Finding] | None = None, *, failed: bool = False, backup_id: str = "") -> str:
    return rendered("findings.html", told=told, findings=findings or [], failed=failed, backup_id=backup_id)
