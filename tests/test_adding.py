"""What the page tells of what somebody adds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.api import Assistant
from assistant.errors import IndexFailure
from assistant.records import Progress, SyncReport
from assistant.settings import Settings
from assistant.web.adding import Job, add_all, named, shown
from tests.conftest import OpenEngine, article


def assistant_on(settings: Settings, open_engine: OpenEngine) -> Assistant:
    return Assistant(open_engine(), settings)


def states(jobs: list[Job]) -> list[str]:
    return [job.state for job in jobs]


def test_each_file_has_its_outcome_whatever_came_of_the_others(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    good = article(tmp_path, "2026-03-04 good.md", "Acme owns the port.")
    bad, empty = tmp_path / "bad.pdf", tmp_path / "empty.md"
    bad.write_bytes(b"%PDF")
    empty.write_bytes(b"")
    given = [named(str(path)) for path in (bad, good, good, empty, tmp_path / "gone.md")]
    told = list(add_all(assistant_on(settings, open_engine), given))
    assert states(told[0]) == ["waiting"] * 5
    assert states(told[-1]) == ["failed", "added", "here", "failed", "failed"]
    added = told[-1][1]
    assert added.document
    assert str(added.document.published) == "2026-03-04"
    assert "dated by its file name" in added.remarks
    assert all(job.remarks for job in told[-1])
    assert "1 added, 1 already here, 3 not added." in " ".join(shown(told[-1]).split())


class Halting(Assistant):
    """Tells of a step, and then fails."""

    def __init__(self, progress: Callable[[Progress], None] = lambda _: None) -> None:
        self._progress = progress

    def with_progress(self, progress: Callable[[Progress], None]) -> Assistant:
        return type(self)(progress)

    def add(self, item: object, collection: str = "") -> SyncReport:
        self._progress(Progress("embedding", 1, 4))
        raise IndexFailure("the disk is full")


def test_a_failure_of_the_corpus_is_the_outcome_of_the_file_and_not_of_the_page():
    told = list(add_all(Halting(), [("a.md", "/a.md"), ("b.md", "/b.md")]))
    assert states(told[-1]) == ["failed", "failed"]
    assert told[-1][0].remarks == ("the disk is full",)


class Broken(Halting):
    """Has a mistake in it."""

    def add(self, item: object, collection: str = "") -> SyncReport:
        raise ZeroDivisionError


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_of_ours_ends_the_list_and_not_the_page():
    *_, last = add_all(Broken(), [("a.md", "/a.md"), ("b.md", "/b.md")])
    assert [(job.state, job.remarks) for job in last] == [("failed", ("it was not finished",))] * 2


def test_a_job_shows_how_far_it_has_come():
    working = shown([Job("a.md", "/a.md", "working", step="embedding", done=0.25), Job("<b>.md", "/b.md")])
    assert 'value="0.25"' in working
    assert "Adding 2 items" in working
    assert "<b>" not in working
