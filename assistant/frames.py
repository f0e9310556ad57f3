"""Messages over a pipe between two processes: a head as JSON, then parts of bytes, each with its length before it."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_LONGEST = 2_000_000_000
_LENGTH = struct.Struct("!Q")


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
