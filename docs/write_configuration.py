"""Prints docs/configuration.md, made from the settings themselves."""

from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from assistant.settings import FILE, PREFIX, Settings

HEAD = f"""# Configuration

<!-- written by `make docs`; change the descriptions in assistant/settings.py -->

From arguments of `Settings(…)`, then `{PREFIX}*` in the environment (`{PREFIX}LLM=extractive`), then `{FILE}` in the
current folder (`llm = "extractive"`), then these defaults. An unknown key is an error. Relative paths start from the
current folder.

| setting | default | what it is |
|---|---|---|"""


def default(field: FieldInfo) -> str:
    if field.annotation is Path:
        return "the user's cache folder" if field.default_factory else f"`{field.default}`"
    if field.default_factory:
        return "–"
    if field.default is None:
        return "–"
    return f"`{field.default}`"


def row(name: str, field: FieldInfo) -> str:
    kinds = [kind for kind in get_args(field.annotation) or (field.annotation,) if kind is not type(None)]
    kind = get_origin(field.annotation) if get_origin(field.annotation) is dict else kinds[0]
    if get_origin(field.annotation) is Literal:
        called = " or ".join(map(str, kinds))
    else:
        called = "table" if kind is dict else kind.__name__.lower()
    return f"| `{name}` ({called}) | {default(field)} | {field.description} |"


def page() -> str:
    return "\n".join([HEAD, *(row(name, field) for name, field in Settings.model_fields.items())]) + "\n"


if __name__ == "__main__":
    print(page(), end="")
