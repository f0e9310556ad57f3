"""Keeping the corpus in order: sync, check, repair, back up, restore; the same calls as the command line's."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from ..api import Assistant
from ..doctor import examine
from ..errors import AssistantError
from ..records import Finding, SyncReport
from .parts import part, rendered
from .talk import QUIET
from .uploads import guarded


class Upkeep:
    """Builds the controls within the layout that is open, and answers their events."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._turn = threading.Lock()
        self._made: Path | None = None
        """The folder of the newest backup: one is kept for download."""

    def upkeep(self) -> None:
        """The controls."""
        with gr.Row(elem_id="upkeep-row"):
            self._sync = gr.Button("Read the folder again", size="sm", elem_id="sync")
            self._check = gr.Button("Check everything", size="sm", elem_id="check")
            self._repair = gr.Button("Check and repair", size="sm", elem_id="repair")
            self._backup = gr.Button("Make a backup", size="sm", elem_id="backup")
            self._download = gr.DownloadButton("Download the backup", size="sm", visible=False, elem_id="download")
            self._restore = guarded(
                gr.UploadButton("Restore a backup", size="sm", file_types=[".tar", ".gz", ".tgz"], elem_id="restore")
            )
        self._found = part(name="findings")

    def listen(self, listed: Callable[..., Any], view: gr.State, lists: list[Any]) -> None:
        """Tie the controls to what they do; the lists of articles follow."""
        found = [self._found]
        events = [
            self._sync.click(self._synced, None, found, **QUIET),
            self._check.click(lambda: self._checked(repair=False), None, found, **QUIET),
            self._repair.click(lambda: self._checked(repair=True), None, found, **QUIET),
            self._restore.upload(self._restored, [self._restore], found, **QUIET),
        ]
        for event in events:
            event.then(listed, [view], lists, **QUIET)
        self._backup.click(self._backed_up, None, [self._found, self._download], **QUIET)

    def _synced(self) -> str:
        try:
            return _told(_in_words(self._assistant.sync()))
        except AssistantError as error:
            return _told(str(error), failed=True)

    def _checked(self, *, repair: bool) -> str:
        findings = examine(self._assistant.settings, repair=repair)
        bad = ", ".join(finding.what for finding in findings if not finding.fine)
        return _told(f"look at: {bad}" if bad else "all is well", findings, failed=bool(bad))

    def _backed_up(self) -> tuple[str, Any]:
        # In Gradio's own folder, so that it makes no copy of it.
        folder = Path(get_upload_folder(), secrets.token_hex(16))
        file = folder / f"briefings {datetime.now(UTC):%Y-%m-%d %H%M}.tar"
        try:
            folder.mkdir(parents=True)
            size = self._assistant.backup(file)
        except (AssistantError, OSError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            return _told(str(error), failed=True), gr.skip()
        with self._turn:
            former, self._made = self._made, folder
        if former:
            shutil.rmtree(former, ignore_errors=True)
        told = f"the backup is ready ({size / 1e6:,.1f} MB): download it above"
        return _told(told), gr.DownloadButton(value=str(file), visible=True)

    def _restored(self, path: str) -> str:
        try:
            return _told(f"everything is as it was: {_in_words(self._assistant.restore_backup(path))}")
        except AssistantError as error:
            return _told(str(error).replace(path, os.path.basename(path)), failed=True)
        finally:
            with suppress(OSError):  # Gradio's own copy
                os.unlink(path)


def _in_words(report: SyncReport) -> str:
    parts = [(report.added, "added"), (report.updated, "updated"), (report.removed, "removed")]
    done = ", ".join(f"{len(ids)} {what}" for ids, what in parts if ids) or "nothing had changed"
    failed = f"; {len(report.failed)} cannot be read" if report.failed else ""
    total = len(report.added) + len(report.updated) + len(report.unchanged)
    return f"{done}{failed}; the corpus holds {total} article{'s' * (total != 1)}"


def _told(told: str, findings: list[Finding] | None = None, *, failed: bool = False) -> str:
    return rendered("findings.html", told=told, findings=findings or [], failed=failed)
