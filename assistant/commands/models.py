"""`assistant models`: which language models can be used here, and how to get the local one."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import UsageError
from ..language_models.usable import usable
from ..settings import EMBEDDED, Settings
from . import terminal
from .common import Json, show

models_app = typer.Typer(help="The language models that can be used here.", invoke_without_command=True)


@models_app.callback()
def models(context: typer.Context, json_: Json = False) -> None:
    """Show which values of llm can be used here, why the others cannot, and which one the settings name."""
    if context.invoked_subcommand is not None:
        return
    found = usable(Settings())
    if json_:
        terminal.show_json([one.to_dict() for one in found])
    else:
        widest = max(len(one.llm) for one in found)
        marks = {True: "yes", False: "no "}
        terminal.show_lines(
            *(f"{'*' if one.chosen else ' '} {one.llm:{widest}}  {marks[one.usable]}  {one.why}" for one in found)
        )
        terminal.say("* is what the setting llm names; any provider:model of LangChain may be named")


@models_app.command()
def pull(
    repository: Annotated[str, typer.Argument(help="Of a model hub, for another model.", show_default=False)] = "",
    file: Annotated[str, typer.Argument(help="Its GGUF file in there.", show_default=False)] = "",
    if_needed: Annotated[
        bool, typer.Option("--if-needed", help="Only when llm=embedded; say nothing if here.")
    ] = False,
    json_: Json = False,
) -> None:
    """Download the local language model (1.1 GB, once), or another one. What was interrupted goes on where it was."""
    from ..language_models import hub
    from ..language_models.weights import model_file
    from ..language_models.weights import pull as pull_weights

    settings = Settings()
    if repository and not file:
        raise UsageError(f"name the file of {repository}, too: one that ends in .gguf")
    if repository:
        path = hub.pull(settings, repository, file, terminal.Steps())
        show({"file": str(path)}, f'it is used where the settings say: gguf = "{path}"', json_=json_)
        return
    if if_needed and (settings.llm != EMBEDDED or model_file(settings).is_file()):
        return
    path = pull_weights(settings, progress=terminal.Steps())
    show({"file": str(path)}, f"the local language model is in {path}", json_=json_)
