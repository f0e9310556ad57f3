"""What may happen to files and disks, done to them."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from assistant.settings import Settings


def delete(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def empty(path: Path) -> None:
    os.truncate(path, 0)


def halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def scribble(path: Path) -> None:
    """Other bytes in many places."""
    draw, data = random.Random(1), bytearray(path.read_bytes())
    for _ in range(min(len(data), 2_000)):
        data[draw.randrange(len(data))] = draw.randrange(256)
    path.write_bytes(data)


Harm = Callable[[Path], None]
HARMS: list[Harm] = [delete, empty, halve, scribble]


def chroma_files(settings: Settings) -> list[Path]:
    found = [path for path in (settings.data_dir / "chroma").rglob("*") if path.is_file()]
    assert len(found) > 3, "Chroma has written no index yet"
    return sorted(found)


def fill(folder: Path, leaving: int) -> Path:
    """A file that takes all the room but so many bytes."""
    filler = folder / ".filler"
    free = os.statvfs(folder)
    with filler.open("wb") as file:
        file.write(bytes(max(0, free.f_bavail * free.f_bsize - leaving)))
    return filler
