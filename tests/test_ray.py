"""The first sync on a real Ray cluster of this machine: two workers, killed or not, leave the index of a local sync."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from assistant.documents.sync_engine import LOCAL, RAY
from assistant.errors import IndexFailure, UsageError
from assistant.indexing.sentence_transformer import open_embedder
from assistant.service.engine import Engine
from assistant.settings import Settings
from tests.conftest import CLONE, SAMPLE_CORPUS, OpenEngine, article, index_of
from tests.fakes import WordEmbedder
from tests.ray_sync import OnDyingWorkers

pytestmark = pytest.mark.processes
MANY = 30


@pytest.fixture(scope="module", autouse=True)
def _on_loopback() -> Iterator[None]:
    """Ray listens on loopback, asks whoever connects for this user's token, and tells its makers nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        yield


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster of one node with two processors."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place = tmp_path_factory.mktemp("r")
    given = [f"--port={port}", "--num-cpus=2", "--include-dashboard=false", f"--temp-dir={place}", "--block"]
    command = [sys.executable, "-c", "from ray.scripts.scripts import main; main()", "start", "--head", *given]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "Ray runtime started" in line:
                break
        else:
            pytest.fail(said)
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield f"127.0.0.1:{port}"
        process.terminate()


@pytest.fixture
def filled(settings: Settings) -> Settings:
    """A corpus of many articles, a copy, one that is none, and one in two formats' clothes."""
    for number in range(MANY):
        text = f"Acme bought port {number} for {number + 3} million euros.\n\n" * (1 + number % 7)
        article(settings.corpus_dir, f"{number:02}.md", text, title=f"Port {number}", published="2026-03-04")
    shutil.copy(settings.corpus_dir / "00.md", settings.corpus_dir / "copy.md")
    (settings.corpus_dir / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    (settings.corpus_dir / "logo.jpg").write_bytes(b"x")
    (settings.corpus_dir / "page.html").write_text("<h1>Ferry</h1><p>The ferry of Lonn has 14 cabins.</p>")
    return settings.model_copy(update={"ray_workers": 2})


def held(engine: Engine) -> tuple[dict[str, Any], dict[str, Any]]:
    """Documents and chunks with all but their vectors, and the vectors of the chunks in both halves of the index."""
    index = index_of(engine)
    documents = {one.document_id: index.catalogue.document(one.document_id) for one in engine.documents()}
    chunks = index.catalogue.chunks(sorted(index.catalogue.chunk_ids()))
    assert index.vectors.ids() == set(chunks)
    vectors = {i: chunk.vectors for i, chunk in chunks.items()}
    plain = {i: (c.document_id, c.start, c.end, c.section, c.spans, c.terms) for i, c in chunks.items()}
    return {"documents": documents, "chunks": plain, "failures": engine.failures()}, vectors


def synced_here(settings: Settings, embedder: WordEmbedder | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a sync without Ray makes of the same folder and the same ids."""
    apart = settings.model_copy(update={"data_dir": settings.data_dir.with_name("here")})
    engine = Engine(apart, embedder or WordEmbedder())
    try:
        engine.sync(engine=LOCAL)
        return held(engine)
    finally:
        engine.close()


def check_same(engine: Engine, settings: Settings) -> None:
    told, vectors = held(engine)
    engine.close()
    told_here, vectors_here = synced_here(settings)
    assert told == told_here
    assert all(np.array_equal(vectors[i], vectors_here[i]) for i in vectors_here)


def apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The largest cosine distance between vectors of the same row."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    cosines = (a * b).sum(axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
    return float(1 - cosines.min())


def ray_processes() -> set[int]:
    """Those that clusters consist of."""
    names = ("raylet", "gcs_server", "ray::")
    return {each.pid for each in psutil.process_iter(["name"]) if each.info["name"].startswith(names)}


def test_a_sync_on_ray_leaves_the_index_of_a_local_one(filled: Settings, open_engine: OpenEngine):
    before = ray_processes()
    embedder = WordEmbedder()
    engine = open_engine(embedder=embedder, settings=filled)
    report = engine.sync(engine=RAY)
    assert len(report.added) == MANY + 1
    assert set(report.failed) == {"bad.pdf", "logo.jpg"}
    assert embedder.embedded == []  # the workers did it
    assert engine.sync(engine=RAY).added == []
    check_same(engine, filled)
    assert ray_processes() == before


def test_a_worker_that_is_killed_costs_nothing(filled: Settings, cluster: str, open_engine: OpenEngine, tmp_path: Path):
    filled = filled.model_copy(update={"ray_address": cluster})
    died = tmp_path / "died"
    engine = open_engine(embedder=OnDyingWorkers(died), settings=filled)
    assert len(engine.sync(engine=RAY).added) == MANY + 1
    assert int(died.read_text(encoding="utf-8")) != os.getpid()
    check_same(engine, filled)


def test_a_sync_whose_process_is_killed_goes_on_where_it_was(filled: Settings, cluster: str, open_engine: OpenEngine):
    filled = filled.model_copy(update={"ray_address": cluster})
    command = [sys.executable, "-m", "tests.ray_sync", filled.model_dump_json(), str(MANY // 2)]
    assert subprocess.run(command, cwd=CLONE, check=False, timeout=120).returncode == -signal.SIGKILL
    engine = open_engine(settings=filled)
    there = set(index_of(engine).catalogue.ids())
    assert len(there) == MANY // 2
    assert there.isdisjoint(engine.sync(engine=RAY).added)
    check_same(engine, filled)


@pytest.mark.model
def test_vectors_of_the_workers_are_those_of_this_process(settings: Settings, cluster: str):
    for path in sorted(SAMPLE_CORPUS.glob("*.md"))[:2]:
        shutil.copy(path, settings.corpus_dir)
    on_two = settings.model_copy(update={"ray_workers": 2, "ray_address": cluster})
    embedder = open_embedder(on_two)
    engine = Engine(on_two, embedder)
    engine.sync(engine=RAY)
    told, vectors = held(engine)
    engine.close()
    told_here, vectors_here = synced_here(on_two, embedder)  # type: ignore[arg-type]
    assert told == told_here
    one_place = 2.0**-14  # the catalogue keeps half precision: numbers below an eighth lie so far apart at most
    assert max(float(np.abs(vectors[i] - vectors_here[i]).max()) for i in vectors_here) <= one_place
    assert max(apart(vectors[i], vectors_here[i]) for i in vectors_here) < 1e-5


def test_what_is_missing_is_told_in_a_line(filled: Settings, open_engine: OpenEngine):
    engine = open_engine(settings=filled)
    with pytest.raises(UsageError, match="there is no engine 'spark'; choose local or ray"):
        engine.sync(engine="spark")
    for address in ("127.0.0.1:9", "ray://127.0.0.1:9", "nowhere"):
        nowhere = filled.model_copy(update={"ray_address": address})
        with pytest.raises(IndexFailure, match=f"there is no Ray cluster at {address}; look at ray_address"):
            open_engine(settings=nowhere).sync(engine=RAY)
