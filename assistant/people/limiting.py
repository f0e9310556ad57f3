"""What somebody who may not see everything is told of a change to the corpus, and where they may put articles. Pure."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

from ..access import ROOT, Scope, plain_path
from ..errors import NotAllowed, UsageError
from ..records import Removed, SyncReport
from ..settings import Settings


def told(report: SyncReport, before: frozenset[str], after: frozenset[str], sources: Iterable[str]) -> SyncReport:
    """A report less everything of documents that were not seen before a change, or are not after it.

    `sources` are the files that may not be seen: what is said of one of them is left out, too.
    """
    hidden = frozenset(sources)
    return replace(
        report,
        added=[i for i in report.added if i in after],
        updated=[i for i in report.updated if i in after],
        removed=[i for i in report.removed if i in before],
        unchanged=[i for i in report.unchanged if i in after],
        failed={source: why for source, why in report.failed.items() if source not in hidden},
        notes=[note for note in report.notes if not any(source in note for source in hidden)],
    )


def collection(wanted: str, settings: Settings, scope: Scope | None) -> str:
    """The folder of a collection by its name, as it is written in the settings; empty for none.

    Raises UsageError for a name that is no collection, or none that the scope lets be seen, and NotAllowed where the
    corpus folder itself may not be.
    """
    plain = plain_path(wanted)
    named = {plain_path(name): name.strip("/") for name in settings.collections}
    named = {path: name for path, name in named.items() if not scope or scope.sees(f"{path}/file")}
    if plain != ROOT and plain not in named:
        known = ", ".join(sorted(named.values())) or "none"
        raise UsageError(f"there is no collection {wanted!r}; there are: {known} (the setting collections)")
    if plain == ROOT and scope and not scope.sees("file"):
        raise NotAllowed("you may not add articles to the corpus folder itself; name a collection")
    return "" if plain == ROOT else named[plain]


def in_trash(removed: Iterable[Removed], scope: Scope | None) -> list[Removed]:
    """What of the trash may be seen: documents of which every file may be."""
    return [each for each in removed if scope is None or all(map(scope.sees, each.sources))]


def is_in_corpus(source: str) -> bool:
    """Whether a report names a file of the corpus by this, and not one that somebody gave, or an address."""
    return not (os.path.isabs(source) or "://" in source)
