"""An index that is opened anew under those who use it."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.indexing.index import Index
from assistant.service import holding
from assistant.service.holding import Holding, Opened
from assistant.settings import Settings
from assistant.storage import failpoints
from tests.conftest import article
from tests.crashing import ParsesHere
from tests.fakes import WordEmbedder
from tests.waiting import DEADLINE

pytestmark = pytest.mark.processes


def index(opened: Opened) -> Index:
    return opened.index


def test_an_addition_under_way_while_the_index_is_opened_anew_is_made_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(holding, "_LET_FINISH", 0.1)
    article(settings.corpus_dir, "a.md", "The port was sold.")
    written, go_on = threading.Event(), threading.Event()
    failures: list[Exception] = []

    def on_reach(name: str) -> None:
        if name == "index: vectors written":
            monkeypatch.setattr(failpoints, "on_reach", lambda _: None)
            written.set()
            assert go_on.wait(DEADLINE)

    with closing(Holding(settings, ParsesHere(), WordEmbedder())) as held:

        def using(call: Any) -> Any:
            return held.using(lambda _: None, call)

        def add() -> None:
            path = article(tmp_path / "drop", "b.md", "The mine was shut.")
            try:
                using(lambda opened: opened.followed.add(path))
            except Exception as error:  # noqa: BLE001 - whatever it is, the test is to see it
                failures.append(error)

        using(lambda opened: opened.followed.sync())
        monkeypatch.setattr(failpoints, "on_reach", on_reach)
        adding = threading.Thread(target=add)
        adding.start()
        assert written.wait(DEADLINE)
        before = using(lambda opened: opened)
        held.discard(before, vectors=True)
        go_on.set()
        adding.join()
        assert failures == []
        assert using(index) is not before.index
        assert len(using(index).catalogue.documents()) == 2
        assert using(index).vectors.ids() == using(index).catalogue.chunk_ids()
