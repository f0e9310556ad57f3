"""The command line: arguments in, results to stdout, progress and messages to stderr, an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from typing import Annotated

import typer

from .. import __version__
from ..errors import AssistantError, UsageError
from ..redaction import Redacting
from . import articles as articles_cli
from . import asking as asking_cli
from . import running as running_cli
from . import terminal
from .common import Exit
from .models import models_app
from .review import review_app
from .users import users_app

app = typer.Typer(
    help="Ask your dated articles; every claim of an answer carries the exact sentence it rests on.",
    epilog="Results go to standard output, progress and messages to standard error. Exit codes: 0 done, 1 failed,"
    " 2 wrong usage, 3 the articles do not say.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_LAST = "Run and keep"
_COMMANDS: dict[str, dict[str, Callable[..., None]]] = {
    "Ask": {
        "ask": asking_cli.ask,
        "chat": asking_cli.chat,
        "search": asking_cli.search,
        "verify": asking_cli.verify,
        "eval": asking_cli.evaluate_,
    },
    "Articles": {
        "add": articles_cli.add,
        "list": articles_cli.list_,
        "sync": articles_cli.sync,
        "amend": articles_cli.amend,
        "remove": articles_cli.remove,
        "restore": articles_cli.restore,
    },
    _LAST: {
        "serve": running_cli.serve,
        "mcp": running_cli.mcp,
        "doctor": running_cli.doctor,
        "backup": running_cli.backup,
        "machines": running_cli.machines,
        "stop": running_cli.stop,
    },
}
for panel, commands in _COMMANDS.items():
    for name, command in commands.items():
        app.command(name, rich_help_panel=panel)(command)
for name, group in {"models": models_app, "users": users_app, "review": review_app}.items():
    app.add_typer(group, name=name, rich_help_panel=_LAST)


def _show_version(wanted: bool) -> None:
    if wanted:
        terminal.show_lines(f"briefing-assistant {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, help="Print the version.", is_eager=True)
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line. An AssistantError is one line on stderr, never a traceback."""
    terminal.prepare_streams()
    try:
        with redirect_stderr(Redacting(sys.stderr)):  # the page's server and the libraries write there, too
            _run()
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        sys.stderr.close()
        sys.exit(Exit.FAILED)


def _run() -> None:
    try:
        app(standalone_mode=True)
    except AssistantError as error:
        terminal.say(f"assistant: {error}")
        sys.exit(Exit.USAGE if isinstance(error, UsageError) else Exit.FAILED)
    except KeyboardInterrupt:
        terminal.say("interrupted")
        sys.exit(130)
