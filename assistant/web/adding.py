"""Adding files and addresses, one after the other: how far each has come, and what came of it."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from ..api import Assistant
from ..errors import AssistantError
from ..records import Document, Filters, Progress, SyncReport
from .parts import rendered

State = Literal["waiting", "working", "added", "updated", "here", "failed"]
_UNFINISHED = frozenset({"waiting", "working"})
_AT_MOST_EVERY = 0.1
"""Seconds between two looks at how far it has come."""


@dataclass(frozen=True, slots=True)
class Job:
    """One file or address that somebody adds."""

    name: str
    item: str
    """Its path, or the address."""
    state: State = "waiting"
    step: str = ""
    done: float = 0.0
    """Share of the step that is done, 0..1."""
    document: Document | None = None
    remarks: tuple[str, ...] = ()


_News = queue.SimpleQueue[tuple[int, Job] | None]


def add_all(assistant: Assistant, items: Sequence[tuple[str, str]], collection: str = "") -> Iterator[list[Job]]:
    """The jobs, given by name and path or address, whenever one of them has got on. They go to one collection.

    Where nobody watches any more, they are finished all the same.
    """
    given = [Job(name, item) for name, item in items]
    jobs = list(given)
    told: _News = queue.SimpleQueue()

    def work() -> None:
        try:
            for position, job in enumerate(given):
                tell = partial(_tell, told, position)
                tell(replace(job, state="working"))
                tell(_added(assistant, job, tell, collection))
        finally:  # a mistake of ours ends the list, not the page
            told.put(None)

    threading.Thread(target=work, name="adding", daemon=True).start()
    over = False
    while not over:
        yield list(jobs)
        news = [told.get()]
        time.sleep(_AT_MOST_EVERY)  # what is told in between nobody could read
        while not told.empty():
            news.append(told.get())
        over = news[-1] is None
        for position, job in filter(None, news):
            jobs[position] = job
    yield [_ended(job) for job in jobs]


def shown(jobs: Sequence[Job]) -> str:
    """The jobs as a list."""
    states = Counter(job.state for job in jobs)
    return rendered(
        "adding.html",
        jobs=jobs,
        over=not states["waiting"] + states["working"],
        done=states["added"],
        updated=states["updated"],
        here=states["here"],
        failed=states["failed"],
    )


def _ended(job: Job) -> Job:
    return job if job.state not in _UNFINISHED else replace(job, state="failed", remarks=("it was not finished",))


def _tell(told: _News, position: int, job: Job) -> None:
    told.put((position, job))


def _added(assistant: Assistant, job: Job, tell: Callable[[Job], None], collection: str) -> Job:
    def progress(reached: Progress) -> None:
        share = reached.done / reached.total if reached.total else 0.0
        tell(replace(job, state="working", step=reached.step, done=share))

    try:
        found = assistant.with_progress(progress).add(job.item, collection)
        return _came_of(assistant, job, found)
    except AssistantError as error:
        return replace(job, state="failed", remarks=(str(error),))


def _came_of(assistant: Assistant, job: Job, found: SyncReport) -> Job:
    changed = (*found.added, *found.updated)
    if found.failed:
        return replace(job, state="failed", remarks=tuple(found.failed.values()))
    documents = assistant.documents(Filters(document_ids=changed)) if changed else []
    if not documents:
        return replace(job, state="here", remarks=tuple(found.notes) or ("the corpus holds it already",))
    first = documents[0]
    remarks = (*first.notes, *found.notes, *(f"“{other.title}” too" for other in documents[1:]))
    return replace(job, state="added" if found.added else "updated", document=first, remarks=remarks)


def named(path: str) -> tuple[str, str]:
    """A file by its name and path."""
    return os.path.basename(path), path
