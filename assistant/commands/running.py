"""Commands for who runs it: `serve`, `mcp`, `backup`, `doctor`, `machines`, `stop`."""

from __future__ import annotations

import signal
import threading
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from ..api import Assistant
from ..service.owner_process import stop as stop_owner
from ..web.address import listen
from ..web.doors import check_doors
from . import terminal
from .common import Exit, Json, Llm, opened, settings, show


def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 takes a free one.")] = None,
    llm: Llm = None,
) -> None:
    """Serve the chat page until Ctrl-C. Answers under way are finished; a second Ctrl-C ends it at once."""
    given = settings(host=host, port=port, llm=llm)
    check_doors(given)
    with listen(given.host, given.port) as line:
        # Gradio takes seconds to import, as does what the process that holds the index needs. This is no daemon: an
        # interpreter that ends while a thread of it imports may break down.
        threading.Thread(target=import_module, args=("assistant.web.server",), name="page").start()
        with Assistant.open(given, progress=terminal.Steps()) as assistant:
            report = assistant.sync()
            terminal.show_report(report)
            assistant.prepare()
            from ..web.server import serve as serve_page  # no other command needs it

            told = serve_page(assistant, line, say=terminal.say)
    if told == signal.SIGTERM:  # a service is stopped, and what is left of it would be killed
        stop_owner(given)


def mcp() -> None:
    """Serve the tools ask, search, add and list to a program that speaks MCP, by standard input and output."""
    from ..mcp_server import mcp_server  # no other command needs it

    with opened() as assistant:
        mcp_server(assistant).run()


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; .tar, or .tar.gz to have it compressed.")],
    json_: Json = False,
) -> None:
    """Write articles, ids, trash and catalogue into one file. Others may go on working."""
    with opened() as assistant:
        size = assistant.backup(file)
    told = f"{file} holds everything: {size / 1e6:,.1f} MB; 'assistant restore {file}' brings it back"
    show({"file": str(file), "bytes": size}, told, json_=json_)


def doctor(
    json_: Json = False,
    repair: Annotated[bool, typer.Option("--repair", help="Make again from the articles what is damaged.")] = False,
) -> None:
    """Check all that an answer needs: folders, models, index, disk. Exits 1 when something is wrong."""
    from ..doctor import examine

    findings = examine(settings(), repair=repair, progress=terminal.Steps())
    if json_:
        terminal.show_json([finding.to_dict() for finding in findings])
    else:
        terminal.show_findings(findings)
    raise typer.Exit(Exit.DONE if all(finding.fine for finding in findings) else Exit.FAILED)


def machines(
    json_: Json = False,
    forget: Annotated[
        str, typer.Option(metavar="NAME", help="Let go of what only this machine has, which is gone for good.")
    ] = "",
) -> None:
    """List the machines that share the corpus on a Chroma server (the setting chroma_url)."""
    with opened() as assistant:
        if forget:
            report = assistant.forget_machine(forget)
            told = f"{forget} is forgotten; {len(report.removed)} articles that only it had are gone"
            show(report.to_dict(), told, json_=json_)
            return
        known = assistant.machines()
    if json_:
        terminal.show_json([each.to_dict() for each in known])
    else:
        terminal.show_machines(known)


def stop(json_: Json = False) -> None:
    """End the process that keeps index and models loaded; it also ends by itself when unused."""
    ended = stop_owner(settings())
    told = {"": "nothing was running", "stopping": "it ends when the change of the corpus under way is done"}
    show({"stopped": bool(ended)}, told.get(ended, ended), json_=json_)
