"""Files that a browser sends: only what was uploaded may be named, whatever a request says."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import gradio as gr
from gradio.components.base import Component
from gradio.utils import get_upload_folder

_Uploader = TypeVar("_Uploader", bound=Component)


def guarded(component: _Uploader) -> _Uploader:
    """The component, which takes nothing but uploaded files.

    What a browser sends are paths on this machine, or addresses that Gradio would fetch: whoever reaches the page could
    have any file added and read. (A subclass would say the same more plainly, but Gradio writes a file for each.)
    """
    reach = component.async_move_resource_to_block_cache

    async def reach_uploaded(named: str | Path | None) -> str | None:
        moved: str | None = await reach(_uploaded(named))
        return moved

    component.async_move_resource_to_block_cache = reach_uploaded
    return component


def _uploaded(named: str | Path | None) -> str | Path | None:
    """The path as it is. Raises gr.Error for one that nobody uploaded."""
    if named is None:
        return None
    inside = Path(named).resolve().is_relative_to(Path(get_upload_folder()).resolve())
    if not inside or not Path(named).is_file():
        raise gr.Error("only uploaded files can be added")
    return named
