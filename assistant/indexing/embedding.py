"""Text into vectors. Every embedder counts its own tokens, so that nothing is ever cut in silence."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from ..records import OnProgress
from ..settings import Settings

Vector = NDArray[np.float32]
Spans = Sequence[tuple[int, int]]
"""Parts of a text, as character offsets from its start."""

_QUESTIONS_KEPT = 256


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """A text's vector (dimensions) and those of its spans (spans, dimensions), each of length 1."""

    vector: Vector
    spans: Vector


class Embedder(Embeddings):
    """What the index needs of an embedding model. Vectors have length 1, so that cosine is a dot product."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Changes when vectors do: an index made under another fingerprint is rebuilt."""

    @property
    @abstractmethod
    def window(self) -> int:
        """How many tokens of a text the model reads; a longer text is an error, not a shorter text."""

    @abstractmethod
    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text by the model's own tokenizer, its special tokens included."""

    @abstractmethod
    def embed(
        self, texts: Sequence[str], spans: Sequence[Spans] = (), progress: OnProgress = lambda _: None
    ) -> list[Embedding]:
        """One embedding a text, with a vector for each of its spans, all from one reading of the text.

        Raises ModelError for a text over the window.
        """

    @property
    @abstractmethod
    def opener(self) -> Callable[[Settings], Embedder]:
        """What opens the same embedder in another process."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's name for it: the vectors as lists."""
        return [embedding.vector.tolist() for embedding in self.embed(texts)]

    def embed_query(self, text: str) -> list[float]:
        """LangChain's name for the vector of one question."""
        vector: list[float] = self.embed_questions([text])[0].tolist()
        return vector

    def embed_questions(self, questions: Sequence[str]) -> list[Vector]:
        """The vectors of questions, the last few hundred remembered; one over the window is cut at its end."""
        known = self._questions  # several threads share it, so it is read once
        found = {q: vector for q in questions if (vector := known.get(q)) is not None}
        fresh = [question for question in dict.fromkeys(questions) if question not in found]
        for question, embedding in zip(fresh, self.embed([self._cut(q) for q in fresh]) if fresh else (), strict=True):
            found[question] = known[question] = embedding.vector
        for oldest in list(known)[:-_QUESTIONS_KEPT]:
            known.pop(oldest, None)
        return [found[question] for question in questions]

    @cached_property
    def _questions(self) -> dict[str, Vector]:
        return {}

    def _cut(self, question: str) -> str:
        words = question.split()
        while len(words) > 1 and self.count_tokens([" ".join(words)])[0] > self.window:
            words = words[: max(1, len(words) * 3 // 4)]
        return " ".join(words)
