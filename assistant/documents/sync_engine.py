"""Who parses and embeds during a sync: this process, one file after the other, or the workers of a Ray cluster.

files to read → `ahead` → `parse` each in its turn → chunks → `embed`; what a sync writes, and when, is the same
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..records import Document, OnProgress
from ..settings import Settings

if TYPE_CHECKING:  # who only names an engine loads none of it
    from ..formats.loading import RawFile
    from ..formats.parsing import Parser
    from ..indexing.embedding import Embedder, Embedding, Spans

LOCAL, RAY = "local", "ray"


class SyncEngine:
    """Parses and embeds in this process, when it is asked to."""

    def __init__(self, settings: Settings, parser: Parser, embedder: Embedder) -> None:
        self.settings = settings
        self._parser = parser
        self._embedder = embedder

    def ahead(self, files: Iterator[RawFile]) -> None:
        """The files that will be parsed, in their order, for who can begin earlier."""

    def parse(self, raw: RawFile) -> Document:
        """The document a file holds, without an id. Raises DocumentError with the reason in words."""
        return self._parser.parse(raw, self.settings)

    def embed(self, texts: Sequence[str], spans: Sequence[Spans], progress: OnProgress) -> list[Embedding]:
        """As `Embedder.embed`."""
        return self._embedder.embed(texts, spans, progress)


def sync_engine(
    name: str, settings: Settings, parser: Parser, embedder: Embedder, progress: OnProgress
) -> AbstractContextManager[SyncEngine]:
    """The engine of that name, for one sync. Raises UsageError for a name that is none, and what Ray needs."""
    if name == LOCAL:
        return nullcontext(SyncEngine(settings, parser, embedder))
    if name != RAY:
        raise UsageError(f"there is no engine {name!r}; choose {LOCAL} or {RAY}")
    from .ray_engine import on_ray  # its package is an extra

    return on_ray(settings, parser, embedder, progress)
