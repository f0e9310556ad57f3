"""A check-up of what the owner holds: catalogue, vectors, ledger, and whether they say what the folder says."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from . import folder
from .errors import AssistantError, IndexFailure
from .holding import Holding, Opened
from .moving import BEING_WRITTEN
from .probing import problems
from .records import Finding, Progress
from .settings import Settings
from .syncing import unchanged
from .vectors import FOLDER

Report = Callable[[Progress], None]
_NAMED = 3


def examine(settings: Settings, holding: Holding, *, repair: bool, report: Report) -> list[Finding]:
    """What was found; with `repair`, damage is made again from the folder, and the findings are those from before."""
    try:
        found = holding.using(report, lambda opened: list(_look(settings, opened, report)))
    except AssistantError as error:
        return [Finding("index", fine=False, found=str(error))]
    if repair and not settings.read_only and not all(finding.fine for finding in found):
        bad = {finding.what for finding in found if not finding.fine}
        _mend(holding, holding.using(report, lambda opened: opened), bad, settings.corpus_dir)
        holding.using(report, lambda opened: opened.followed.sync(report))
        again = holding.using(report, lambda opened: list(_look(settings, opened, report)))
        return [now if now.fine == was.fine else _mended(was, now) for was, now in zip(found, again, strict=True)]
    return found


def _mended(was: Finding, now: Finding) -> Finding:
    return Finding(was.what, now.fine, f"{now.found} (mended; it was: {was.found})" if now.fine else now.found)


def _mend(holding: Holding, opened: Opened, bad: set[str], corpus_dir: Path) -> None:
    """Forget what is wrong, so that the sync that follows makes it again."""
    index, corpus = opened.index, opened.followed
    if "files" in bad:
        index.catalogue.forget_files(corpus.altered())
    if "orphans" in bad:
        folder.clear_unfinished(corpus_dir)
    if "ledger" in bad:
        corpus.teach_ledger()
    if "catalogue" in bad:
        holding.discard(opened, catalogue=True)
    elif "vectors" in bad and index.vectors.ids() == index.catalogue.chunk_ids():  # they are all there, and damaged
        holding.discard(opened, vectors=True)
    elif "vectors" in bad:
        index.catalogue.set_meta("dirty", "1")


def _look(settings: Settings, opened: Opened, report: Report) -> Iterator[Finding]:
    if opened.corpus is None:
        yield _catalogue(opened, report)
        yield Finding("vectors", fine=True, found=f"{opened.index.vectors.count():,}, only read")
        return
    with opened.corpus.standing_still():
        yield _catalogue(opened, report)
        yield _vectors(settings, opened, report)
        yield _orphans(settings, opened)
        yield _ledger(opened)
        yield _files(settings, opened, report)
    yield _unread(opened)


def _catalogue(opened: Opened, report: Report) -> Finding:
    report(Progress("checking the catalogue"))
    catalogue = opened.index.catalogue
    found = catalogue.problems(thorough=True)
    fine = f"{catalogue.document_count():,} documents, {len(catalogue.chunk_ids()):,} chunks, all as written"
    return Finding("catalogue", not found, found[0] if found else fine)


def _vectors(settings: Settings, opened: Opened, report: Report) -> Finding:
    """Chroma's vectors are looked up one by one in a copy of its folder, by another process: damage may end it."""
    report(Progress("looking every vector up"))
    index = opened.index
    rows, vectors = index.catalogue.chunk_ids(), index.vectors.ids()
    if rows != vectors:
        return Finding(
            "vectors", False, f"{len(rows - vectors):,} are missing, {len(vectors - rows):,} are of no chunk"
        )
    size = sum(path.stat().st_size for path in (settings.data_dir / FOLDER).rglob("*") if path.is_file())
    if shutil.disk_usage(tempfile.gettempdir()).free < 2 * size:
        return Finding("vectors", True, f"{len(rows):,}; not looked up, as the disk has no room for a copy of them")
    try:
        with tempfile.TemporaryDirectory(prefix="assistant-") as own:
            copy = Path(own, FOLDER)
            shutil.copytree(settings.data_dir / FOLDER, copy)
            wrong = problems(settings.data_dir, index.embedder.fingerprint, len(rows), folder=copy, every=True)
    except OSError as error:
        wrong = [f"their files cannot be read ({error.strerror or error})"]
    return Finding("vectors", not wrong, wrong[0] if wrong else f"{len(rows):,}, each found by a search")


def _orphans(settings: Settings, opened: Opened) -> Finding:
    """What belongs to nothing: rows of documents that are gone, and what a write that was cut off has left."""
    found = opened.index.catalogue.orphans()
    left = [path for path in settings.corpus_dir.rglob(f"{BEING_WRITTEN}*") if folder.is_left_over(path)]
    found += [f"{len(left)} unfinished files in {settings.corpus_dir}"] if left else []
    return Finding("orphans", not found, "; ".join(found) or "none")


def _ledger(opened: Opened) -> Finding:
    if opened.ledger is None:
        return Finding("ledger", fine=True, found="none is needed")
    try:
        found = opened.ledger.problems()
        lost = [
            s for s, row in opened.index.catalogue.files().items() if row.document_id and not opened.ledger.id_of(s)
        ]
    except IndexFailure as error:
        return Finding("ledger", fine=False, found=str(error))
    found += [f"it does not know {len(lost)} files, such as {lost[0]}"] if lost else []
    return Finding("ledger", not found, found[0] if found else "the ids of all documents")


def _files(settings: Settings, opened: Opened, report: Report) -> Finding:
    """Whether the files that look unchanged are: by their bytes."""
    altered, newer = opened.followed.altered(report), 0
    known = opened.index.catalogue.files()
    present = folder.scan(settings.corpus_dir)
    newer = sum(not unchanged(known.get(file.source), file) for file in present)
    newer += len(set(known) - {file.source for file in present})
    if altered:
        named = ", ".join(altered[:_NAMED])
        return Finding("files", False, f"{len(altered)} have other bytes than were indexed, unnoticed: {named}")
    since = f"{newer} changed since the last sync, the others as indexed" if newer else "as indexed"
    return Finding("files", True, f"{len(present):,} in {settings.corpus_dir}, {since}")


def _unread(opened: Opened) -> Finding:
    failures = opened.index.catalogue.failures()
    if not failures:
        return Finding("unread files", fine=True, found="none")
    source, reason = next(iter(failures.items()))
    return Finding("unread files", fine=False, found=f"{len(failures)} are no documents, such as {source}: {reason}")
