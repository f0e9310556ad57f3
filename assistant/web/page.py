"""The page: its layout, what its buttons do, and the server it runs on."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported

import gradio as gr
import uvicorn
from fastapi import FastAPI

from ..api import Assistant
from ..errors import AssistantError
from ..records import Done, Filters, Retrieved, Text, Waiting
from ..streaming import Stream
from .adding import add_button, add_report, follow_uploads
from .render import Turn, holdings, messages, sources, used

_HERE = Path(__file__).parent
_TITLE = "Briefing assistant"
_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
_AT_ONCE = 32
"""Answers under way on one page server; how many of them wait for the model is the engine's to say."""


def serve(assistant: Assistant, line: socket.socket, say: Callable[[str], None]) -> None:
    """Serve the page on a socket that is bound, until interrupted."""
    host, port = line.getsockname()[:2]
    config = uvicorn.Config(application(assistant), log_level="warning", timeout_graceful_shutdown=3)
    say(f"the page is at http://{host}:{port} (Ctrl-C ends it)")
    uvicorn.Server(config).run(sockets=[line])


def application(assistant: Assistant) -> FastAPI:
    """The web application: the page at `/`."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    theme = gr.themes.Soft(primary_hue="indigo", neutral_hue="slate", font=_FONTS, font_mono=["monospace"])
    blocks = page(assistant)
    blocks.has_launched = True  # else Gradio does not check which files a request may name: it takes it for a start-up
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=theme,
        css=(_HERE / "page.css").read_text(encoding="utf-8"),
        footer_links=[],
        run_history=False,
        mcp_server=False,
        ssr_mode=False,
        show_error=False,
        max_file_size=assistant.settings.max_file_bytes,
        enable_monitoring=False,
    )
    return app


def page(assistant: Assistant) -> gr.Blocks:
    """The layout, and which function each control calls."""
    with gr.Blocks(title=_TITLE, analytics_enabled=False, fill_height=True, fill_width=True) as blocks:
        turns = gr.State([])
        running: dict[str | None, Stream] = {}
        with gr.Row(elem_id="top"):
            gr.HTML(f"<h1>{_TITLE}</h1><p>Answers from your articles; every sentence carries its source.</p>")
            with gr.Column(scale=0, min_width=260, elem_id="corpus"):
                held = gr.Markdown(elem_id="held")
                add = add_button()
        told = add_report()
        with gr.Row(elem_id="columns"):
            with gr.Column(scale=3, min_width=340):
                chat = gr.Chatbot(
                    elem_id="chat",
                    show_label=False,
                    height="62vh",
                    latex_delimiters=[],
                    allow_tags=False,
                    buttons=["copy"],
                    feedback_options=None,
                    placeholder="Ask about the articles. When they do not say, the answer says so.",
                )
                with gr.Row(elem_id="asking"):
                    box = gr.Textbox(
                        elem_id="question",
                        placeholder="Ask a question",
                        label="Question",
                        show_label=False,
                        lines=1,
                        max_lines=4,
                        scale=5,
                        max_length=assistant.settings.max_question_characters,
                        autofocus=True,
                    )
                    send = gr.Button("Ask", variant="primary", elem_id="ask", scale=1, min_width=80)
                    stop = gr.Button("Stop", variant="stop", elem_id="stop", scale=1, min_width=80, visible=False)
            with gr.Column(scale=2, min_width=300, elem_id="side"):
                gr.HTML("<h2>Sources</h2>")
                panel = gr.HTML(sources([]), elem_id="sources", apply_default_css=False)

        def gone(said: list[Turn]) -> set[str]:
            shown = used(said)
            try:
                held = assistant.documents(Filters(document_ids=tuple(sorted(shown)))) if shown else []
            except AssistantError:  # the question itself will tell what is wrong
                return set()
            return shown - {document.document_id for document in held}

        def respond(question: str, before: list[Turn], request: gr.Request) -> Iterator[list[Any]]:
            events = assistant.stream(question.strip(), [said.answer for said in before if said.answer])
            running[request.session_hash] = events
            removed = gone(before)
            with events:
                for now in _conversation(events, question, before):
                    yield [now, messages(now), sources(now, removed), "", *_buttons(busy=True)]

        def halt(request: gr.Request) -> None:
            if events := running.pop(request.session_hash, None):
                events.close()

        def settle(now: list[Turn]) -> list[Any]:
            if now and now[-1].answer is None and not now[-1].stopped:
                now = [*now[:-1], replace(now[-1], stopped=True)]
            return [now, messages(now), sources(now, gone(now)), *_buttons(busy=False)]

        shown = [turns, chat, panel, box, send, stop]
        after = [turns, chat, panel, send, stop]
        asked = gr.on(
            [send.click, box.submit],
            respond,
            [box, turns],
            shown,
            concurrency_limit=_AT_ONCE,
            show_progress="hidden",
            api_visibility="private",
        )
        asked.then(settle, [turns], after, show_progress="hidden", api_visibility="private")
        # Gradio's `cancels` takes effect at the next event of an answer; `halt` at once.
        quietly: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}
        stop.click(halt, None, None, **quietly).then(settle, [turns], after, cancels=[asked], **quietly)
        chat.clear(halt, None, None, **quietly)
        chat.clear(lambda: ([], sources([])), None, [turns, panel], cancels=[asked], api_visibility="private")
        blocks.unload(halt)
        follow_uploads(assistant, add, told, held)
        blocks.load(lambda: holdings(assistant.documents()), None, held, api_visibility="private")
    return blocks


def _conversation(events: Stream, question: str, before: list[Turn]) -> Iterator[list[Turn]]:
    """The conversation after each event. An error is shown as the answer: a person asked, a person reads."""
    if not question.strip():
        yield before
        return
    turn = Turn(question.strip())
    yield [*before, turn]
    try:
        for event in events:
            if isinstance(event, Retrieved):
                turn = replace(turn, passages=tuple(event.passages))
            elif isinstance(event, Waiting):
                turn = replace(turn, ahead=event.ahead)
            elif isinstance(event, Text):
                turn = replace(turn, text=turn.text + event.piece, ahead=0)
            elif isinstance(event, Done):
                turn = replace(turn, answer=event.answer)
            yield [*before, turn]
    except AssistantError as error:
        yield [*before, replace(turn, text=f"That did not work: {error}.", stopped=True)]


def _buttons(*, busy: bool) -> list[Any]:
    return [gr.Button(visible=not busy), gr.Button(visible=busy)]
