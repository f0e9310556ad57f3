"""The page: which parts it has and where they stand."""

from __future__ import annotations

import gradio as gr

from ..api import Assistant
from .corpus_tab import CorpusTab
from .layout import Layout
from .parts import part, rendered
from .talk import AT_ONCE, QUIET, Talk

TITLE = "Briefing assistant"
_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
_FORGET = (3_600, 86_400)
"""Every hour, what was uploaded or made for a download more than a day ago is deleted."""
_THREADS = 2 * AT_ONCE
"""Threads that wait for the owner process at once; with Gradio's 40, the 41st person would wait for a thread."""
LOOKS = gr.themes.Base(
    primary_hue="blue",
    neutral_hue="slate",
    radius_size="md",
    font=_FONTS,
    font_mono=["ui-monospace", "monospace"],
)


def page(assistant: Assistant) -> gr.Blocks:
    """The layout, and what its parts do."""
    with Layout(
        title=TITLE, analytics_enabled=False, fill_height=True, fill_width=True, delete_cache=_FORGET
    ) as blocks:
        talk, corpus = Talk(assistant), CorpusTab(assistant)
        with gr.Row(elem_id="frame"):
            with gr.Column(elem_id="nav", scale=0, min_width=250):
                part(rendered("brand.html", title=TITLE), name="brand")
                talk.beside()
            part(rendered("open_nav.html", title=TITLE), name="open-nav")
            with gr.Column(elem_id="main", scale=1, min_width=300), gr.Tabs(elem_id="tabs") as tabs:
                with gr.Tab("Ask", id="ask") as first:
                    talk.talk()
                with gr.Tab("Corpus", id="corpus") as second:
                    corpus.corpus()
        talk.listen()
        corpus.listen(talk, tabs, second)
        arrived = blocks.load(talk.does.arrive, None, talk.everything, **QUIET)
        arrived.then(talk.does.draw, [talk.chosen], [talk.now], **QUIET)
        first.select(talk.does.back, [talk.chosen, talk.offered], [talk.form, talk.offered], **QUIET)
        first.select(talk.does.draw, [talk.chosen], [talk.now], **QUIET)
        blocks.unload(talk.does.leave)
    blocks.max_threads = _THREADS  # what `launch` would be told; read when the queue is made
    blocks.queue()
    return blocks
