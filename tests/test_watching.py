import threading
from collections.abc import Callable

import pytest

from assistant.api import Assistant
from assistant.commands.watching import follow
from assistant.settings import Settings
from tests.conftest import OpenEngine, article


@pytest.fixture
def assistant(settings: Settings, open_engine: OpenEngine) -> Assistant:
    return Assistant(open_engine(), settings)


def soon(act: Callable[[], object]) -> None:
    threading.Timer(0.3, act).start()


def test_what_changed_since_the_last_sync_is_found_at_once(assistant: Assistant, settings: Settings):
    before = assistant.sync()
    article(settings.corpus_dir, "a.md", "The port was sold.")
    assert len(next(follow(assistant, before, print)).added) == 1


def test_each_change_is_followed_by_a_sync(assistant: Assistant, settings: Settings):
    reports = follow(assistant, assistant.sync(), print)
    soon(lambda: article(settings.corpus_dir, "a.md", "The port was sold."))
    assert len(next(reports).added) == 1
    soon(lambda: article(settings.corpus_dir, "b.md", "---\nbroken: a: b\n---\n"))
    assert list(next(reports).failed) == ["b.md"]
    soon((settings.corpus_dir / "a.md").unlink)
    assert len(next(reports).removed) == 1


def test_a_folder_that_is_away_for_a_while_is_waited_for(assistant: Assistant, settings: Settings):
    before = assistant.sync()
    away = settings.corpus_dir.with_name("away")
    settings.corpus_dir.rename(away)
    article(away, "a.md", "The port was sold.")
    soon(lambda: away.rename(settings.corpus_dir))
    said: list[str] = []
    assert len(next(follow(assistant, before, said.append, look_every=0.2)).added) == 1
    assert len(set(said)) == len(said)
    assert "does not exist" in said[0]
