"""What a worker of a Ray cluster does for a sync: it parses a file and embeds the chunks of its document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import DocumentError
from ..formats.loading import RawFile
from ..formats.parsing import Parser, ParsingFailed
from ..indexing.chunking import chunk, spans_of
from ..indexing.embedding import Embedder, Embedding, Spans
from ..records import Document
from ..settings import Settings


@dataclass(frozen=True, slots=True)
class Read:
    """What became of a file: its document and the vectors of its chunks, or why it is none."""

    document: Document | None
    vectors: Mapping[tuple[str, Spans], Embedding]
    """By text and spans of what was embedded."""
    failure: str = ""
    may_succeed: bool = False
    """Whether the failure may be another one the next time."""


class Worker:
    """Lives in a process of its own, on any machine of the cluster; a bad file harms no more than its parser's child.

    `make_embedder` makes the embedding model from the settings.
    """

    def __init__(self, settings: dict[str, Any], make_embedder: Callable[[Settings], Embedder]) -> None:
        self._settings = Settings(**settings)
        self._parser = Parser()
        self._embedder = make_embedder(self._settings)

    def fingerprint(self) -> str:
        """Of the embedding model."""
        return self._embedder.fingerprint

    def read(self, raw: RawFile) -> Read:
        """The file's document and vectors."""
        try:
            document = self._parser.parse(raw, self._settings)
        except DocumentError as error:
            return Read(None, {}, str(error), isinstance(error, ParsingFailed))
        embedder = self._embedder
        parts = list(chunk(document.text, document.title, document.published, embedder.count_tokens, embedder.window))
        texts = [part.embedded(document.text) for part in parts]
        spans = [spans_of(part) for part in parts]
        return Read(
            document,
            {(text, within): one for text, within, one in zip(texts, spans, embedder.embed(texts, spans), strict=True)},
        )
