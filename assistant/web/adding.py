"""Adding documents in the page: a button that takes files, and what came of them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import gradio as gr
from gradio.utils import get_upload_folder

from ..api import Assistant
from ..errors import AssistantError
from ..formats import SUFFIXES
from ..records import SyncReport
from .render import holdings, in_markdown, report_of


def add_button() -> gr.UploadButton:
    """The button that takes files of the formats that are read, and only those that were uploaded.

    What a browser sends are paths on this machine, or addresses that Gradio would fetch: whoever reaches the page could
    have any file added and read. (A subclass would say the same more plainly, but Gradio writes a file for each.)
    """
    button = gr.UploadButton(
        "Add documents", file_count="multiple", file_types=list(SUFFIXES), size="sm", elem_id="add", scale=0
    )
    reach = button.async_move_resource_to_block_cache

    async def reach_uploaded(named: str | Path | None) -> str | None:
        moved: str | None = await reach(_uploaded(named))
        return moved

    button.async_move_resource_to_block_cache = reach_uploaded
    return button


def _uploaded(named: str | Path | None) -> str | Path | None:
    """The path as it is. Raises gr.Error for one that nobody uploaded."""
    if named is not None and not Path(named).resolve().is_relative_to(Path(get_upload_folder()).resolve()):
        raise gr.Error("only uploaded files can be added")
    return named


def add_report() -> gr.Markdown:
    """Where it is said what came of the files; hidden until there were some."""
    return gr.Markdown(elem_id="added", visible=False)


def follow_uploads(assistant: Assistant, button: gr.UploadButton, told: gr.Markdown, held: gr.Markdown) -> None:
    """Put what is uploaded into the corpus folder, and say what came of it."""

    def take(paths: list[str]) -> tuple[gr.Markdown, str]:
        return gr.Markdown(_added(assistant, paths), visible=True), holdings(assistant.documents())

    button.upload(take, [button], [told, held], api_visibility="private")


def _added(assistant: Assistant, paths: list[str]) -> str:
    report = SyncReport()
    try:
        for path in paths:
            report = report.followed_by(assistant.add(path))
            with suppress(OSError):  # Gradio's own copy
                os.unlink(path)
        changed = [assistant.document(document_id) for document_id in [*report.added, *report.updated]]
    except AssistantError as error:
        return f"That did not work: {in_markdown(str(error))}."
    failed = {os.path.basename(source): why for source, why in report.failed.items()}
    return report_of(changed, failed, report.notes)
