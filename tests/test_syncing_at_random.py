"""Whatever happens to the folder, the index is what a fresh one of it would be; stale documents apart."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.formats.parsing import Parser
from assistant.service.engine import Engine
from assistant.settings import Settings
from tests.conftest import index_of
from tests.fakes import WordEmbedder

SEQUENCES, ALL_SEQUENCES = 12, 400
NAMES = ["a.md", "b.md", "c.txt", "deep/d.md", "2026-01-02 e.txt", "f.csv"]
TEXTS = ["The port was sold.", "The mine was shut.", "# Crane\n\nThe crane fell in May.", "A,B\n1,2\n"]
BROKEN = [b"", b"\0\1\2", b"---\ntitle: a: b\n---\ntext"]


def write(folder: Path, name: str, data: bytes) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


def change(draw: random.Random, folder: Path) -> None:
    """One thing that somebody may do to a folder."""
    there = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = [name for name in there if not name.endswith(".amended.yaml")]
    name = draw.choice(NAMES)
    what = draw.choice(["write", "write", "break", "rename", "copy", "delete", "amend"])
    if what == "write" or not files:
        write(folder, name, draw.choice(TEXTS).encode())
    elif what == "break":
        write(folder, draw.choice(files), draw.choice(BROKEN))
    elif what == "rename":
        former = draw.choice(files)
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / former).replace(folder / name)
    elif what == "copy":
        write(folder, name, (folder / draw.choice(files)).read_bytes())
    elif what == "delete":
        (folder / draw.choice(files)).unlink()
    else:
        write(folder, f"{draw.choice(files)}.amended.yaml", f"title: Title {draw.randint(1, 3)}\n".encode())


def held(engine: Engine) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """What the index says of each document that is not stale, by its files."""
    index = index_of(engine)
    found = {}
    for document in engine.documents():
        if document.state == "ready":
            text = engine.document(document.document_id).text
            known = (document.title, document.published, document.size, text, sorted(document.notes))
            found[tuple(document.sources)] = (*known, len(index.catalogue.chunk_ids(document.document_id)))
    return found


@pytest.fixture
def opened(tmp_path: Path, parser: Parser) -> Callable[[Path, str], Engine]:
    def open_one(corpus: Path, name: str) -> Engine:
        folders = {"data_dir": tmp_path / name / "index", "state_dir": tmp_path / name / "state"}
        settings = Settings(corpus_dir=corpus, cache_dir=tmp_path / "cache", llm="extractive", **folders)
        return Engine(settings, WordEmbedder(), parser=parser)

    return open_one


def test_after_any_changes_the_index_is_what_a_fresh_one_would_be(
    tmp_path: Path, opened: Callable[[Path, str], Engine], pytestconfig: pytest.Config
):
    count = ALL_SEQUENCES if pytestconfig.getoption("whole_sets") else SEQUENCES
    for seed in range(count):
        draw = random.Random(seed)
        corpus = tmp_path / f"corpus{seed}"
        corpus.mkdir()
        engine = opened(corpus, f"lived{seed}")
        for _ in range(draw.randint(2, 5)):
            for _ in range(draw.randint(1, 4)):
                change(draw, corpus)
            if draw.random() < 0.2:
                engine.close()
                shutil.rmtree(tmp_path / f"lived{seed}" / "index")
                engine = opened(corpus, f"lived{seed}")
            engine.sync()
        engine.sync()
        fresh = opened(corpus, f"fresh{seed}")
        fresh.sync()
        index = index_of(engine)
        assert held(engine) == held(fresh), f"seed {seed}"
        assert engine.failures().keys() == fresh.failures().keys(), f"seed {seed}"
        assert index.vectors.ids() == index.catalogue.chunk_ids(), f"seed {seed}"
        for each in (engine, fresh):
            each.close()
        shutil.rmtree(corpus)
