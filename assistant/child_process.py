"""A process of our own: where it finds this very package, and messages over a pipe between it and us.

A message is a head as JSON, then parts of bytes, each with its length before it.
"""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import IO, Any

_LONGEST = 2_000_000_000
_LENGTH = struct.Struct("!Q")


def search_path() -> str:
    """PYTHONPATH for a process that is to find this very package first, in whichever folder it runs."""
    here = str(Path(__file__).parent.parent)
    paths = [here, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return os.pathsep.join(os.path.abspath(path) for path in paths)


def send(stream: IO[bytes], head: dict[str, Any], *parts: bytes) -> None:
    """Write a message. Raises OSError when the other side has gone."""
    for part in (json.dumps({**head, "parts": len(parts)}).encode(), *parts):
        stream.write(_LENGTH.pack(len(part)))
        stream.write(part)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Read what `send` wrote. Raises EOFError when the other side has gone, ValueError when it wrote something else."""
    head: dict[str, Any] = json.loads(_part(stream))
    return head, [_part(stream) for _ in range(head["parts"])]


def _part(stream: IO[bytes]) -> bytes:
    length = stream.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        raise EOFError
    wanted = _LENGTH.unpack(length)[0]
    if wanted > _LONGEST:
        raise ValueError(f"a part of {wanted:,} bytes")
    part = stream.read(wanted)
    if len(part) < wanted:
        raise EOFError
    return part
