"""Putting found passages in a better order with a cross-encoder, where the settings name one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ModelMissing, first_line
from ..records import OnProgress, Passage, Progress
from ..settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class Reranker:
    """Any sentence-transformers CrossEncoder with one output, loaded when first used."""

    def __init__(self, name: str, *, offline: bool = False, progress: OnProgress = lambda _: None) -> None:
        self._name, self._offline, self._progress = name, offline, progress

    def order(self, question: str, passages: Sequence[Passage]) -> list[Passage]:
        """The passages, best first, each with the model's score (0..1). Raises ModelMissing."""
        if not passages:
            return []
        pairs = [(question, f"{passage.title}. {passage.text}") for passage in passages]
        scores = self._model.predict(pairs, show_progress_bar=False).tolist()
        scored = [replace(p, score=round(min(1.0, max(0.0, s)), 4)) for p, s in zip(passages, scores, strict=True)]
        return sorted(scored, key=lambda passage: -passage.score)

    @cached_property
    def _model(self) -> CrossEncoder:
        local = Path(self._name).expanduser().is_dir()
        if local or self._offline:  # read when huggingface_hub is first imported
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        self._progress(Progress("loading the reranker"))
        from sentence_transformers import CrossEncoder

        try:
            return CrossEncoder(self._name, num_labels=1, local_files_only=local or self._offline)
        except (OSError, ValueError) as error:
            reason = first_line(error)
            raise ModelMissing(
                f"the reranker {self._name!r} cannot be loaded ({reason}); name a folder that holds a "
                "sentence-transformers CrossEncoder, or leave reranker_model out"
            ) from None


def open_reranker(settings: Settings, progress: OnProgress) -> Reranker | None:
    """The reranker that the settings name, if any; nothing is loaded yet."""
    if settings.reranker_model is None:
        return None
    return Reranker(settings.reranker_model, offline=settings.offline, progress=progress)
