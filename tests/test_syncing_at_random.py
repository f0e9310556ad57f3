"""Whatever happens to the folder, the index is what a fresh one of it would be; stale documents apart."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.formats.parsing import Parser
from assistant.service.engine import Engine
from assistant.settings import Settings
from tests.changing import change, held
from tests.conftest import index_of
from tests.fakes import WordEmbedder

SEQUENCES, ALL_SEQUENCES = 12, 400


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
