"""Syncs on Ray with a light embedder, whose workers or whose own process end in the middle."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from assistant.documents.sync_engine import RAY
from assistant.formats.parsing import Parser
from assistant.indexing.embedding import Embedder, Embedding, Spans
from assistant.records import Progress
from assistant.service.engine import Engine
from assistant.settings import Settings
from assistant.storage import failpoints
from tests.fakes import WordEmbedder


class OnDyingWorkers(WordEmbedder):
    """Embeds here as words do; what workers open instead ends the process of one of them, which a file then names."""

    def __init__(self, died: Path) -> None:
        super().__init__()
        self._died = died

    @property
    def opener(self) -> Callable[[Settings], Embedder]:
        return partial(_dying, self._died)


class _Dying(WordEmbedder):
    """Kills its process at the third file, while all workers are busy, unless another was killed before."""

    def __init__(self, died: Path) -> None:
        super().__init__()
        self._died, self._files = died, 0

    def embed(
        self, texts: Sequence[str], spans: Sequence[Spans] = (), progress: Callable[[Progress], None] = lambda _: None
    ) -> list[Embedding]:
        self._files += 1
        if self._files == 3 and not self._died.exists():
            with self._died.open("x", encoding="utf-8") as file:
                file.write(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
        return super().embed(texts, spans, progress)


def _dying(died: Path, _: Settings) -> WordEmbedder:
    return _Dying(died)


def main(settings: str, documents: str) -> None:
    left = int(documents)

    def end(name: str) -> None:
        nonlocal left
        left -= name == "index: document written"
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    failpoints.on_reach = end
    Engine(Settings.model_validate_json(settings), WordEmbedder(), parser=Parser(), wait=10).sync(engine=RAY)


if __name__ == "__main__":
    main(*sys.argv[1:])
