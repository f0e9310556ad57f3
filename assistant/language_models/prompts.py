"""The prompts, as Markdown files with `{{name}}` where something is filled in. They live in prompts/ only."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
_FOLDERS = (_PACKAGE / "prompts", _PACKAGE.parent / "prompts")
"""In an installed wheel, and in a clone."""
_HOLE = re.compile(r"\{\{(\w+)\}\}")


@cache
def template(name: str) -> str:
    """The text of prompts/NAME.md."""
    folder = next(folder for folder in _FOLDERS if folder.is_dir())
    return (folder / f"{name}.md").read_text(encoding="utf-8").strip()


def fill(name: str, **values: str) -> str:
    """A prompt with its holes filled, each once: what is filled in is never searched for holes.

    Raises KeyError when a hole has no value, and ValueError when a value has no hole.
    """
    text = template(name)
    holes = set(_HOLE.findall(text))
    if values.keys() - holes:
        raise ValueError(f"prompts/{name}.md has no hole for {sorted(values.keys() - holes)}")
    return _HOLE.sub(lambda hole: values[hole[1]], text)


def fingerprint() -> str:
    """A hash that changes when any prompt does."""
    folder = next(folder for folder in _FOLDERS if folder.is_dir())
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.md")):
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
