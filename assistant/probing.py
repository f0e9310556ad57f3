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
from pathlib import Path
from typing import Any

import numpy as np

from .vectors import FOLDER, client, collection_name

_SAMPLE = 200
_AT_ONCE = 500
_NEAR = 1e-3
"""Cosine distance: what the catalogue keeps of a vector, in half the digits, is nearer to it than this."""
_SECONDS = 60.0
_SECONDS_EACH = 0.005
"""More, for each vector that there is."""


def problems(
    data_dir: Path, fingerprint: str, count: int, *, folder: Path | None = None, every: bool = False
) -> list[str]:
    """What is wrong with the vectors of an index, in a folder that no process has open: its own, or a copy.

    `count` is how many there should be. `every` looks each of them up, not a sample.
    """
    paths = [str(Path(__file__).parent.parent), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    try:
        found = subprocess.run(
            [
                sys.executable,
                "-P",
                "-m",
                __name__,
                str(data_dir),
                str(folder or data_dir / FOLDER),
                fingerprint,
                str(int(every)),
            ],
            capture_output=True,
            timeout=_SECONDS + _SECONDS_EACH * count,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ["loading the vectors takes too long"]
    if found.returncode:
        said = found.stderr.decode(errors="replace").strip().splitlines()
        return [said[-1][:200] if said else f"loading the vectors ends the process (exit code {found.returncode})"]
    named: list[str] = json.loads(found.stdout)
    return named


def look(data_dir: Path, folder: Path, fingerprint: str, *, every: bool) -> list[str]:
    """What the child finds wrong. It may not come back from this."""
    opened = client(folder)
    try:
        name = collection_name(fingerprint)
        if name not in {collection.name for collection in opened.list_collections()}:
            return []
        return _searched(opened.get_collection(name, embedding_function=None), data_dir, every=every)
    finally:
        opened.close()


def _searched(collection: Any, data_dir: Path, *, every: bool) -> list[str]:
    count = collection.count()
    wrong: list[str] = []
    missed = looked = 0
    for ids, vectors in _known(data_dir, every=every):
        there = set(collection.get(ids=ids, include=[])["ids"])
        wanted = [vector for chunk_id, vector in zip(ids, vectors, strict=True) if chunk_id in there]
        if not wanted:
            continue
        if not looked:
            reached = len(collection.query(query_embeddings=[wanted[0]], n_results=count, include=[])["ids"][0])
            wrong += [f"of {count:,} vectors a search reaches {reached:,}"] if reached < count else []
        looked += len(wanted)
        nearest = collection.query(query_embeddings=wanted, n_results=1, include=["distances"])["distances"]
        missed += sum(not distances or not distances[0] <= _NEAR for distances in nearest)
    return [*wrong, *([f"of {looked:,} vectors {missed:,} are not found"] if missed else [])]


def _known(data_dir: Path, *, every: bool) -> Iterator[tuple[list[str], list[Any]]]:
    """The ids and vectors of chunks in the catalogue, some at a time."""
    with closing(sqlite3.connect(f"{(data_dir / 'catalogue.sqlite').as_uri()}?mode=ro", uri=True)) as catalogue:
        last = catalogue.execute("SELECT coalesce(max(row), 0) FROM chunks").fetchone()[0]
        step = 1 if every else max(1, last // _SAMPLE)
        rows = catalogue.execute("SELECT chunk_id, spans, vectors FROM chunks WHERE row % ? = 0", (step,))
        while some := rows.fetchmany(_AT_ONCE):
            yield [row[0] for row in some], [_own(row[1], row[2]) for row in some]


def _own(spans: bytes, vectors: bytes) -> Any:
    """The chunk's own vector, which stands before those of its spans."""
    dimensions = len(vectors) // 2 // (len(spans) // 16 + 1)
    return np.frombuffer(vectors, dtype=np.float16, count=dimensions).astype(np.float32)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(look(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], every=sys.argv[4] == "1")))
