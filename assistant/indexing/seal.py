"""What an index's files looked like when it was last closed: whether somebody touched them, or it was never closed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

from .schema import CATALOGUE, VECTORS

SEAL = "closed.json"
_SEALED = (CATALOGUE, f"{CATALOGUE}-wal", VECTORS)


def close(data_dir: Path) -> None:
    """Note that the index was closed as it is. Where that cannot be written, the next start looks closer."""
    with contextlib.suppress(OSError):
        beside = data_dir / f"{SEAL}.part"
        beside.write_text(json.dumps(_state(data_dir)), encoding="utf-8")
        beside.replace(data_dir / SEAL)


def holds(data_dir: Path) -> bool:
    """Whether every file is as it was when the index was closed, by size and time."""
    try:
        return bool(json.loads((data_dir / SEAL).read_text(encoding="utf-8")) == _state(data_dir))
    except (OSError, ValueError):
        return False


def was_closed(data_dir: Path) -> bool:
    """Whether an index was closed here, and not opened since."""
    return (data_dir / SEAL).exists()


def open_(data_dir: Path) -> None:
    """Note that the index is in use, before anything in it is written."""
    (data_dir / SEAL).unlink(missing_ok=True)


def state(data_dir: Path) -> str:
    """The index's files by size and time, as one word."""
    return hashlib.sha256(json.dumps(_state(data_dir), sort_keys=True).encode()).hexdigest()[:12]


def _state(data_dir: Path) -> dict[str, list[int]]:
    found = {}
    for name in _SEALED:
        top = data_dir / name
        for path in (top, *top.rglob("*")) if top.is_dir() else (top,):
            if path.is_file():
                stat = os.stat(path)
                found[path.relative_to(data_dir).as_posix()] = [stat.st_size, stat.st_mtime_ns]
    return found
