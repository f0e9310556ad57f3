"""Syncs on Ray with a light embedder. As a program, one that ends itself in the middle."""

import os
import signal
import sys
from typing import Any

from assistant.documents import ray_engine
from assistant.documents.ray_engine import RayEngine
from assistant.documents.sync_engine import RAY
from assistant.formats.loading import RawFile
from assistant.formats.parsing import Parser
from assistant.records import Document
from assistant.service.engine import Engine
from assistant.settings import Settings
from assistant.storage import failpoints
from tests.fakes import WordEmbedder


def words(_: Settings) -> WordEmbedder:
    """What the workers open."""
    return WordEmbedder()


class KillsAWorker(RayEngine):
    """Kills the process of a worker at the third file, while all of them are at work."""

    parsed = 0
    killed: list[int] = []  # noqa: RUF012 - of the class: a sync makes its own engine

    def parse(self, raw: RawFile) -> Document:
        self.parsed += 1
        if self.parsed == 3:
            pid = self._pid_of(self.workers[0])
            os.kill(pid, signal.SIGKILL)
            self.killed.append(pid)
        return super().parse(raw)

    def _pid_of(self, worker: Any) -> int:
        import ray

        found: int = ray.get(worker.pid.remote())
        return found


def main(settings: str, documents: str) -> None:
    left = int(documents)

    def end(name: str) -> None:
        nonlocal left
        left -= name == "index: document written"
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    ray_engine.open_embedder = words
    failpoints.on_reach = end
    Engine(Settings.model_validate_json(settings), WordEmbedder(), parser=Parser(), wait=10).sync(engine=RAY)


if __name__ == "__main__":
    main(*sys.argv[1:])
