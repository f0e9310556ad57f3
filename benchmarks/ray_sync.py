"""A first sync, local and on Ray: `python -m benchmarks.ray_sync [--copies N] [--ray-address HOST:PORT]`.

The sample articles are copied under other titles, so that every text is parsed and embedded anew. All syncs run in one
process, one after the other, on folders of their own; a local one comes first and last, as the machine's speed changes.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from assistant import Progress, Settings
from assistant.documents.sync_engine import LOCAL, RAY
from assistant.indexing.sentence_transformer import open_embedder
from assistant.service.engine import Engine

CORPUS = Path(__file__).parent.parent / "corpus"


def main() -> None:
    """Print a line for each sync."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=20, help="of each sample article")
    parser.add_argument("--ray-address", help="a cluster to join; by default one is started on this machine")
    given = parser.parse_args()
    measure(given.copies, given.ray_address)


def measure(copies: int, ray_address: str | None = None) -> None:
    """Sync so many copies of each sample article in four ways."""
    embedder = open_embedder(Settings())
    with tempfile.TemporaryDirectory() as place:
        corpus = Path(place) / "corpus"
        corpus.mkdir()
        for path in CORPUS.glob("*.md"):
            text = path.read_text(encoding="utf-8")
            for number in range(copies):
                (corpus / f"{path.stem}-{number}.md").write_text(f"{text}\n\nCopy {number}.\n", encoding="utf-8")
        for number, (engine, workers) in enumerate([(LOCAL, 0), (RAY, 1), (RAY, 2), (LOCAL, 0)]):
            apart = Path(place) / str(number)
            settings = Settings(
                corpus_dir=corpus, data_dir=apart / "index", state_dir=apart / "state", ray_address=ray_address,
                ray_workers=workers or None,
            )  # fmt: skip
            opened = Engine(settings, embedder)
            added, seconds, start = _sync(opened, engine)
            opened.close()
            name = f"{engine}, {workers} worker{'s' * (workers != 1)}" if workers else engine
            print(f"{name:16} {added} articles in {seconds:6.1f} s, {start:5.1f} of them until the first was read")


def _sync(opened: Engine, engine: str) -> tuple[int, float, float]:
    """Articles added, seconds taken, and seconds until the first was read."""
    reached: dict[str, float] = {}

    def note(progress: Progress) -> None:
        reached.setdefault(progress.step, time.perf_counter())

    began = time.perf_counter()
    added = len(opened.sync(note, engine=engine).added)
    return added, time.perf_counter() - began, reached["reading"] - began


if __name__ == "__main__":
    main()
