"""Parts of the page that are HTML of our own: templates that escape whatever they are given, and their buttons."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import gradio as gr
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..in_words import day_in_words

HERE = Path(__file__).parent
_LISTEN = (HERE / "part.js").read_text(encoding="utf-8")


_PLAIN_WORD = re.compile(r"[a-z]+(?:['’]\w+)?(?=[\s,;:]|$)")


def _day(day: date | str | None) -> str:
    """A day as people write it, also one that stands as ISO 8601."""
    return day_in_words(date.fromisoformat(day[:10]) if isinstance(day, str) else day)


def _size(size: int) -> str:
    """Bytes as people write them."""
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= limit:
            return f"{size / limit:.1f} {unit}"
    return f"{size} bytes"


def _sentence(text: str) -> str:
    """A remark as a sentence."""
    begins = text[:1].upper() + text[1:] if _PLAIN_WORD.match(text) else text  # no name of a file or setting
    return begins + "." * (not text.endswith((".", "!", "?", "…")))


def _count(things: Iterable[object] | int, one: str, many: str = "") -> str:
    """How many there are, as people write it: "1 article", "2 articles"."""
    number = things if isinstance(things, int) else len(list(things))
    return f"{number:,} {one if number == 1 else many or one + 's'}"


_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {"day": _day, "size": _size, "sentence": _sentence, "count": _count}


def rendered(template: str, **values: Any) -> str:
    """A template with its values, every one of them escaped."""
    return _templates.get_template(template).render(**values)


def part(value: str = "", *, name: str) -> gr.HTML:
    """A part of the page by its name, which is its id. Its buttons and forms trigger the event that `data-do` names."""
    return gr.HTML(value, elem_id=name, js_on_load=_LISTEN, apply_default_css=False, padding=False, container=False)
