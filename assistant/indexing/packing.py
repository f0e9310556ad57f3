"""A document as the catalogue keeps it, packed for another machine's catalogue: text, chunks, words and vectors."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..records import Document
from .indexed import COLUMNS, IndexedChunk, chunk_values, indexed_chunk
from .similarity import Signature

_DIGEST = 64
"""Characters of a SHA-256, with which the text begins."""
_PIECE = 100_000
"""Characters, so that no single call is large."""


@dataclass(frozen=True, eq=False, slots=True)
class Content:
    """A version of a document, ready for the catalogue."""

    document: Document
    content_hash: str
    chunks: tuple[IndexedChunk, ...]
    signature: Signature | None


def pack(content: Content) -> list[str]:
    """The content as pieces of text, which `unpack` reads."""
    rows = [[_plain(value) for value in chunk_values(chunk)] for chunk in content.chunks]
    signature = content.signature
    plain = {
        "document": replace(content.document, sources=[], similar=[]).to_dict(),
        "content_hash": content.content_hash,
        "chunks": rows,
        "signature": None if signature is None else _plain(signature.tobytes()),
    }
    packed = zlib.compress(json.dumps(plain).encode())
    text = hashlib.sha256(packed).hexdigest() + base64.b64encode(packed).decode()
    return [text[begin : begin + _PIECE] for begin in range(0, len(text), _PIECE)]


def unpack(pieces: Sequence[str]) -> Content | None:
    """What `pack` packed; None where that is not whole."""
    text = "".join(pieces)
    try:
        packed = base64.b64decode(text[_DIGEST:], validate=True)
        if hashlib.sha256(packed).hexdigest() != text[:_DIGEST]:
            return None
        plain = json.loads(zlib.decompress(packed))
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in plain["chunks"]]
        chunks = [
            indexed_chunk(row | {name: base64.b64decode(row[name]) for name in ("spans", "vectors")}) for row in rows
        ]
        known = plain["signature"]
        signature = None if known is None else np.frombuffer(base64.b64decode(known), dtype=np.uint32)
        return Content(Document.from_dict(plain["document"]), str(plain["content_hash"]), tuple(chunks), signature)
    except (ValueError, KeyError, TypeError, zlib.error):
        return None


def _plain(value: object) -> object:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
