"""What the browser is told of an event's outputs: the same as Gradio itself would tell."""

import asyncio
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from assistant.web.layout import Layout


def told(kind: type[gr.Blocks], of: str) -> tuple[list[Any], list[bool]]:
    """What the browser is told, and for each output whether its component was made anew."""
    with kind() as blocks:
        one, other, kept = gr.HTML("one"), gr.Textbox("other"), gr.State(1)
        gr.Button().click(lambda: None, None, [one, other, kept])
    values: dict[str, Any] = {
        "one by name": {one: "new"},
        "an update by name": {other: gr.Textbox(visible=False), kept: 2},
        "nothing": gr.skip(),
        "all": ["new", "newer", 3],
        "some": [gr.skip(), "newer", gr.skip()],
        "one of all": ["new", gr.skip(), gr.skip()],
        "none of all": [gr.skip(), gr.skip(), gr.skip()],
    }
    state = SessionState(blocks)
    event = next(iter(blocks.fns.values()))
    found = asyncio.run(blocks.postprocess_data(event, values[of], state))
    return found, [state[block._id] is not block for block in (one, other)]


@pytest.mark.parametrize(
    "of", ["one by name", "an update by name", "nothing", "all", "some", "one of all", "none of all"]
)
def test_the_browser_is_told_what_gradio_tells(of: str):
    by_gradio, by_us = told(gr.Blocks, of)[0], told(Layout, of)[0]
    assert by_us == [_less_props(value) for value in by_gradio]


def _less_props(value: Any) -> Any:
    """Gradio tells of an HTML component that is left as it is that its props are an update of nothing."""
    return {key: each for key, each in value.items() if key != "props"} if isinstance(value, dict) else value


def test_nothing_is_made_anew_that_stays_as_it_is():
    assert told(gr.Blocks, "some")[1] == [True, False]
    assert told(Layout, "some")[1] == [False, False]


def test_gradio_makes_no_figures_of_what_happens():
    """They would be made anew after each event, of the last ten thousand, for a page that is closed here."""
    with Layout() as blocks:
        gr.HTML()
    event = {"time": 0.0, "status": "success", "process_time": 0.1, "function": "ask", "session_hash": "x"}
    blocks._queue.events_recorded = 10**6
    assert blocks._queue.compute_analytics_summary([event]) == {"functions": {}}
    assert blocks._queue.ANALYTICS_MAX_EVENTS == 1
