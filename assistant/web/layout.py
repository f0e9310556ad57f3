"""Gradio's blocks, less the work that they do for what an event leaves as it is."""

from __future__ import annotations

import copy
from typing import Any

import gradio as gr
from gradio.blocks import convert_component_dict_to_list

_SKIPPED = gr.skip()
"""What stands for an output that stays as it is."""


class Layout(gr.Blocks):  # type: ignore[misc]  # Gradio has no types for us
    """The same to whoever looks at it.

    Gradio makes the component of every output anew that an event leaves as it is, ten and more each time something of
    an answer is shown: three quarters of what a page with many people had to do.
    """

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """What the browser is told of each output of an event."""
        outputs = list(block_fn.outputs)
        if len(outputs) > 1 and _is_skipped(predictions):
            predictions = [_SKIPPED] * len(outputs)
        elif len(outputs) > 1 and isinstance(predictions, dict) and predictions:
            predictions = convert_component_dict_to_list(outputs, predictions)
        if len(outputs) == 1 or not isinstance(predictions, list | tuple) or len(predictions) != len(outputs):
            told: list[Any] = await super().postprocess_data(block_fn, predictions, state)
            return told
        changed = [place for place, value in enumerate(predictions) if not _is_skipped(value)]
        found: list[Any] = [None if block.stateful else dict(_SKIPPED) for block in outputs]
        if changed:
            part = copy.copy(block_fn)
            part.outputs = [outputs[place] for place in changed]
            values = [predictions[place] for place in changed]
            given = values[0] if len(values) == 1 and not block_fn.batch else values
            for place, value in zip(changed, await super().postprocess_data(part, given, state), strict=True):
                found[place] = value
        return found


def _is_skipped(value: Any) -> bool:
    return isinstance(value, dict) and value == _SKIPPED
