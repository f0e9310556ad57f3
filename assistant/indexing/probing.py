"""Whether the vectors in Chroma can be searched, found out in a process of its own.

Chroma opens a folder whose files are gone and finds nothing in it, and damaged files can end the process that loads
them. So a child loads them first: it asks for everything, and for vectors that the catalogue knows.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..child_process import search_path
from .indexed import own_vector
from .schema import CATALOGUE, VECTORS
from .vectors import client, collection_name

_SAMPLE = 200
_AT_ONCE = 500
_NEAR = 1e-3
"""Cosine distance: what the catalogue keeps of a vector, in half the digits, is nearer to it than this."""
_LOST = 0.02
"""The share of vectors beyond which the graph is damaged: among many that are nearly equal it may not reach each."""
_SECONDS = 60.0
_SECONDS_EACH = 0.005
"""More, for each vector that there is."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many vectors there are, how many one search reaches, how many were looked up, and how many not found."""

    count: int = 0
    reached: int = 0
    looked: int = 0
    missed: int = 0

    @property
    def problems(self) -> list[str]:
        """What is too much to be put down to the graph, which is a heuristic."""
        found = []
        if self.reached < self.count * (1 - _LOST):
            found.append(f"of {self.count:,} vectors a search reaches {self.reached:,}")
        if self.missed > self.looked * _LOST:
            found.append(f"of {self.looked:,} vectors {self.missed:,} are not found")
        return found


def problems(
    data_dir: Path,
    fingerprint: str,
    count: int,
    *,
    folder: Path | None = None,
    every: bool = False,
    all_there: bool = False,
) -> list[str]:
    """What is wrong with the vectors of an index, in a folder that no process has open: its own, or a copy.

    `count` is how many chunks there are; where `all_there`, each must have its vector. `every` looks each of them up,
    not a sample.
    """
    try:
        found = subprocess.run(
            [
                sys.executable,
                "-P",
                "-m",
                __name__,
                str(data_dir),
                str(folder or data_dir / VECTORS),
                fingerprint,
                str(int(every)),
            ],
            capture_output=True,
            timeout=_SECONDS + _SECONDS_EACH * count,
            env={**os.environ, "PYTHONPATH": search_path()},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ["loading the vectors takes too long"]
    if found.returncode:
        said = found.stderr.decode(errors="replace").strip().splitlines()
        return [said[-1][:200] if said else f"loading the vectors ends the process (exit code {found.returncode})"]
    reach = Reach(**json.loads(found.stdout))
    if all_there and reach.count != count:
        return [f"of {count:,} vectors {reach.count:,} are there"]
    return reach.problems


def look(data_dir: Path, folder: Path, fingerprint: str, *, every: bool) -> Reach:
    """What the child finds. It may not come back from this."""
    opened = client(folder)
    try:
        name = collection_name(fingerprint)
        if name not in {collection.name for collection in opened.list_collections()}:
            return Reach()
        return _searched(opened.get_collection(name, embedding_function=None), data_dir, every=every)
    finally:
        opened.close()


def _searched(collection: Any, data_dir: Path, *, every: bool) -> Reach:
    count = collection.count()
    reached = missed = looked = 0
    for ids, vectors in _known(data_dir, every=every):
        there = set(collection.get(ids=ids, include=[])["ids"])
        wanted = [vector for chunk_id, vector in zip(ids, vectors, strict=True) if chunk_id in there]
        if not wanted:
            continue
        if not looked:
            reached = len(collection.query(query_embeddings=[wanted[0]], n_results=count, include=[])["ids"][0])
        looked += len(wanted)
        nearest = collection.query(query_embeddings=wanted, n_results=1, include=["distances"])["distances"]
        missed += sum(not distances or not distances[0] <= _NEAR for distances in nearest)
    return Reach(count, reached if looked else count, looked, missed)


def _known(data_dir: Path, *, every: bool) -> Iterator[tuple[list[str], list[Any]]]:
    """The ids and vectors of chunks in the catalogue, some at a time."""
    with closing(sqlite3.connect(f"{(data_dir / CATALOGUE).as_uri()}?mode=ro", uri=True)) as catalogue:
        last = catalogue.execute("SELECT coalesce(max(row), 0) FROM chunks").fetchone()[0]
        step = 1 if every else max(1, last // _SAMPLE)
        rows = catalogue.execute("SELECT chunk_id, spans, vectors FROM chunks WHERE row % ? = 0", (step,))
        while some := rows.fetchmany(_AT_ONCE):
            yield [row[0] for row in some], [own_vector(row[1], row[2]) for row in some]


if __name__ == "__main__":
    data_dir_, folder_, fingerprint_, every_ = sys.argv[1:]
    sys.stdout.write(json.dumps(asdict(look(Path(data_dir_), Path(folder_), fingerprint_, every=every_ == "1"))))
