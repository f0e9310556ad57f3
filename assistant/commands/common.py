"""What the commands have in common: exit codes, options, opening the assistant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Annotated, Any

import typer

from ..api import Assistant
from ..settings import Settings
from . import terminal


class Exit(IntEnum):
    """Exit codes."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_SAID = 3


Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Llm = Annotated[str | None, typer.Option(help="embedded, extractive, or provider:model.")]
DocumentIds = Annotated[list[str], typer.Argument(help="Ids as 'assistant list' shows them.", show_default=False)]


@contextmanager
def opened(llm: str | None = None) -> Iterator[Assistant]:
    """The assistant that the settings describe, its steps shown on stderr."""
    with Assistant.open(settings(llm=llm), progress=terminal.Steps()) as assistant:
        yield assistant


def settings(**given: Any) -> Settings:
    """The settings, with what the command's options give."""
    return Settings(**{key: value for key, value in given.items() if value is not None})


def show(result: Any, told: str, *, json_: bool) -> None:
    """A result as JSON, or what it means as a message to the person."""
    if json_:
        terminal.show_json(result)
    else:
        terminal.say(told)
