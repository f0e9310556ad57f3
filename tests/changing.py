"""What somebody may do to a folder, at random, and what an index says of it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from assistant.service.engine import Engine
from tests.conftest import index_of

NAMES = ["a.md", "b.md", "c.txt", "deep/d.md", "2026-01-02 e.txt", "f.csv"]
TEXTS = ["The port was sold.", "The mine was shut.", "# Crane\n\nThe crane fell in May.", "A,B\n1,2\n"]
BROKEN = [b"", b"\0\1\2", b"---\ntitle: a: b\n---\ntext"]


def write(folder: Path, name: str, data: bytes) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


def change(draw: random.Random, folder: Path) -> None:
    """One thing that somebody may do to a folder."""
    there = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = [name for name in there if not name.endswith(".amended.yaml")]
    name = draw.choice(NAMES)
    what = draw.choice(["write", "write", "break", "rename", "copy", "delete", "amend"])
    if what == "write" or not files:
        write(folder, name, draw.choice(TEXTS).encode())
    elif what == "break":
        write(folder, draw.choice(files), draw.choice(BROKEN))
    elif what == "rename":
        former = draw.choice(files)
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / former).replace(folder / name)
    elif what == "copy":
        write(folder, name, (folder / draw.choice(files)).read_bytes())
    elif what == "delete":
        (folder / draw.choice(files)).unlink()
    else:
        write(folder, f"{draw.choice(files)}.amended.yaml", f"title: Title {draw.randint(1, 3)}\n".encode())


def held(engine: Engine) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """What the index says of each document that is not stale, by its files."""
    index = index_of(engine)
    found = {}
    for document in engine.documents():
        if document.state == "ready":
            text = engine.document(document.document_id).text
            known = (document.title, document.published, document.size, text, sorted(document.notes))
            found[tuple(document.sources)] = (*known, len(index.catalogue.chunk_ids(document.document_id)))
    return found
