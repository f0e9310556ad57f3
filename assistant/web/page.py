"""The page: which parts it has and where they stand."""

from __future__ import annotations

import gradio as gr

from ..access import ADMIN
from .backups import Backups
from .corpus_tab import CorpusTab
from .layout import Layout
from .parts import part, rendered
from .review_tab import ReviewTab
from .talk import AT_ONCE, QUIET, Talk
from .visitors import Visitors

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


def page(visitors: Visitors, backups: Backups) -> gr.Blocks:
    """The layout, and what its parts do."""
    with Layout(
        title=TITLE, analytics_enabled=False, fill_height=True, fill_width=True, delete_cache=_FORGET
    ) as blocks:
        talk, corpus, review = Talk(visitors), CorpusTab(visitors, backups), ReviewTab(visitors)
        with gr.Row(elem_id="frame"):
            with gr.Column(elem_id="nav", scale=0, min_width=250):
                part(rendered("brand.html", title=TITLE), name="brand")
                talk.beside()
                who = part(name="who")
            part(rendered("open_nav.html", title=TITLE), name="open-nav")
            with gr.Column(elem_id="main", scale=1, min_width=300), gr.Tabs(elem_id="tabs") as tabs:
                with gr.Tab("Ask", id="ask") as first:
                    talk.talk()
                with gr.Tab("Corpus", id="corpus") as second:
                    corpus.corpus()
                with gr.Tab("Review", id="review", visible=not visitors.settings.sign_in) as third:
                    review.review()
        talk.listen()
        corpus.listen(talk, tabs, second)
        review.listen(third)
        if visitors.settings.sign_in:

            def name(request: gr.Request) -> tuple[str, gr.Tab]:
                person = visitors.of(request).person
                return rendered("who.html", person=person), gr.Tab(visible=person.has(ADMIN))

            blocks.load(name, None, [who, third], **QUIET)
            blocks.load(corpus.shown_to, None, corpus.for_some, **QUIET)
        arrived = blocks.load(talk.does.arrive, None, talk.everything, **QUIET)
        arrived.then(talk.does.draw, [talk.chosen], [talk.now], **QUIET)
        first.select(talk.does.back, [talk.chosen, talk.offered], [talk.form, talk.offered], **QUIET)
        first.select(talk.does.draw_again, [talk.chosen], [talk.now], **QUIET)
        blocks.unload(talk.does.leave)
    blocks.max_threads = _THREADS  # what `launch` would be told; read when the queue is made
    blocks.queue()
    return blocks
