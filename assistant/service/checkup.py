"""A check-up of what the owner holds: catalogue, vectors, ledger, and whether they say what the folder says."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from ..documents import folder
from ..documents.syncing import unchanged
from ..errors import AssistantError, IndexFailure
from ..indexing.probing import problems
from ..indexing.schema import VECTORS
from ..indexing.shared_index import SharedIndex
from ..records import Finding, OnProgress, Progress
from ..settings import Settings
from ..storage.moving import BEING_WRITTEN
from .holding import Holding, Opened

_NAMED = 3


def examine(settings: Settings, holding: Holding, *, repair: bool, progress: OnProgress) -> list[Finding]:
    """What was found; with `repair`, damage is made again from the folder, and the findings say what it was."""

    def look() -> list[Finding]:
        return holding.using(progress, lambda opened: list(_look(settings, opened, progress)), mend=False)

    try:
        found = look()
        bad = {finding.what for finding in found if not finding.fine}
        if not repair or settings.read_only or not bad:
            return found
        _mend(settings, holding, bad, progress)
        holding.using(progress, lambda opened: opened.followed.sync(progress))
        now = {finding.what: finding for finding in look()}
        return [now[was.what] if was.fine else _mended(was, now[was.what]) for was in found if was.what in now]
    except AssistantError as error:
        return [Finding("index", fine=False, found=str(error))]


def _mended(was: Finding, now: Finding) -> Finding:
    return Finding(was.what, now.fine, f"{now.found} (mended; it was: {was.found})" if now.fine else now.found)


def _mend(settings: Settings, holding: Holding, bad: set[str], progress: OnProgress) -> None:
    """Forget what is wrong, so that opening the index anew and the sync that follows make it again."""
    opened = holding.using(progress, lambda opened: opened)
    if bad & {"catalogue", "ledger"}:
        holding.discard(opened, catalogue="catalogue" in bad)
    elif "vectors" in bad and not settings.chroma_url and _all_there(opened):
        holding.discard(opened, vectors=True)
    holding.using(progress, lambda opened: _forget(settings, opened, bad))


def _all_there(opened: Opened) -> bool:
    return opened.index.vectors.ids() == opened.index.catalogue.chunk_ids()


def _forget(settings: Settings, opened: Opened, bad: set[str]) -> None:
    if "vectors" in bad and isinstance(opened.index, SharedIndex):
        opened.index.put_back()
    elif "vectors" in bad:
        opened.index.catalogue.set_meta("dirty", "1")
    if "files" in bad:
        opened.index.catalogue.forget_files(opened.followed.altered())
    if "orphans" in bad:
        folder.clear_unfinished(settings.corpus_dir)
    if "ledger" in bad:
        opened.followed.teach_ledger()


def _look(settings: Settings, opened: Opened, progress: OnProgress) -> Iterator[Finding]:
    yield _guarded("catalogue", lambda: _catalogue(opened, progress))
    if opened.corpus is None:
        yield _guarded("vectors", lambda: (True, f"{opened.index.vectors.count():,}, only read"))
        return
    with opened.corpus.standing_still():
        yield _guarded("vectors", lambda: _vectors(settings, opened, progress))
        yield _guarded("orphans", lambda: _orphans(settings, opened))
        yield _guarded("ledger", lambda: _ledger(opened))
        yield _guarded("files", lambda: _files(settings, opened, progress))
    yield _guarded("unread files", lambda: _unread(opened))


def _guarded(what: str, look: Callable[[], tuple[bool, str]]) -> Finding:
    try:
        fine, found = look()
    except IndexFailure as error:
        return Finding(what, fine=False, found=str(error))
    return Finding(what, fine, found)


def _catalogue(opened: Opened, progress: OnProgress) -> tuple[bool, str]:
    progress(Progress("checking the catalogue"))
    catalogue = opened.index.catalogue
    if found := catalogue.problems(thorough=True):
        return False, found[0]
    mended = f"; {opened.index.mended}" if opened.index.mended else ""
    count = f"{catalogue.document_count():,} documents, {len(catalogue.chunk_ids()):,} chunks"
    return True, f"{count}, all as written{mended}"


def _vectors(settings: Settings, opened: Opened, progress: OnProgress) -> tuple[bool, str]:
    """Chroma's vectors are looked up one by one in a copy of its folder, by another process: damage may end it."""
    progress(Progress("looking every vector up"))
    index = opened.index
    if isinstance(index, SharedIndex):
        return _on_the_server(index)
    rows, vectors = index.catalogue.chunk_ids(), index.vectors.ids()
    if rows != vectors:
        return False, f"{len(rows - vectors):,} are missing, {len(vectors - rows):,} are of no chunk"
    size = sum(path.stat().st_size for path in (settings.data_dir / VECTORS).rglob("*") if path.is_file())
    if shutil.disk_usage(tempfile.gettempdir()).free < 2 * size:
        return True, f"{len(rows):,}; not looked up, as the disk has no room for a copy of them"
    try:
        with tempfile.TemporaryDirectory(prefix="assistant-") as own:
            copy = Path(own, VECTORS)
            shutil.copytree(settings.data_dir / VECTORS, copy)
            wrong = problems(settings.data_dir, index.embedder.fingerprint, len(rows), folder=copy, every=True)
    except OSError as error:
        wrong = [f"their files cannot be read ({error.strerror or error})"]
    return not wrong, wrong[0] if wrong else f"{len(rows):,}, each found by a search"


def _on_the_server(index: SharedIndex) -> tuple[bool, str]:
    """What others are writing at this moment, and nothing names yet, is no damage."""
    index.follow()
    (vectors, contents), (more, _) = index.lacking(), index.left_over()
    if vectors or contents:
        return False, f"the server lacks {len(vectors):,} vectors and what {len(contents):,} documents hold"
    if unread := index.unread():
        names = ", ".join(index.catalogue.elsewhere(unread[0])) or "this machine"
        return False, f"the server has lost what {len(unread):,} documents hold; 'assistant doctor --repair' at {names}"
    of_none = f"; {len(more):,} more are being written, or were left by a machine that was cut off" if more else ""
    return True, f"{len(index.catalogue.chunk_ids()):,}, all on the server at {index.server}{of_none}"


def _orphans(settings: Settings, opened: Opened) -> tuple[bool, str]:
    """What belongs to nothing: rows of documents that are gone, and what a write that was cut off has left."""
    found = opened.index.catalogue.orphans()
    left = [path for path in settings.corpus_dir.rglob(f"{BEING_WRITTEN}*") if folder.is_left_over(path)]
    found += [f"{len(left)} unfinished files in {settings.corpus_dir}"] if left else []
    return not found, "; ".join(found) or "none"


def _ledger(opened: Opened) -> tuple[bool, str]:
    if opened.ledger is None:
        return True, "none is needed"
    try:
        found = opened.ledger.problems()
        lost = [
            s for s, row in opened.index.catalogue.files().items() if row.document_id and not opened.ledger.id_of(s)
        ]
    except IndexFailure as error:
        return False, str(error)
    found += [f"it does not know {len(lost)} files, such as {lost[0]}"] if lost else []
    return not found, found[0] if found else "the ids of all documents"


def _files(settings: Settings, opened: Opened, progress: OnProgress) -> tuple[bool, str]:
    """Whether the files that look unchanged are: by their bytes."""
    altered = opened.followed.altered(progress)
    known = opened.index.catalogue.files()
    present = folder.scan(settings.corpus_dir)
    newer = sum(not unchanged(known.get(file.source), file) for file in present)
    newer += len(set(known) - {file.source for file in present})
    if altered:
        named = ", ".join(altered[:_NAMED])
        return False, f"{len(altered)} have other bytes than were indexed, unnoticed: {named}"
    since = f"{newer} changed since the last sync, the others as indexed" if newer else "as indexed"
    return True, f"{len(present):,} in {settings.corpus_dir}, {since}"


def _unread(opened: Opened) -> tuple[bool, str]:
    failures = opened.index.catalogue.failures()
    if not failures:
        return True, "none"
    source, reason = next(iter(failures.items()))
    return False, f"{len(failures)} are no documents, such as {source}: {reason}"
