"""What was removed: files outside the corpus folder, whence they come back. A move that was cut off is finished later.

Each removal has a place of its own, a folder named by when it was, whose it is, and a state: `.going` while its files
are moved out, none when they all are, `.back` while they are brought back. `.plan.json` in it says which files.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import CorpusError
from ..formats.loading import AMENDMENTS_SUFFIX
from ..records import Removed
from ..storage import failpoints, moving
from . import folder
from .kept import Kept
from .ledger import Ledger

_PLAN = ".plan.json"
_NO_DOCUMENTS = frozenset({"replaced", "overwritten", "amendments"})
"""Labels of what was moved out of the way of something else."""
_GOING, _BACK, _PART = ".going", ".back", ".part"


class Trash:
    """The removed files of one corpus folder, in `state_dir`. Its owner calls it from one thread at a time."""

    def __init__(
        self, corpus_dir: Path, state_dir: Path, ledger: Ledger, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.folder = state_dir / "trash"
        self._corpus = corpus_dir
        self._ledger = ledger
        self._now = now
        self._kept = Kept(state_dir / "kept")

    def remove(self, sources: Iterable[str], document_id: str) -> None:
        """Move a document's files, with their amendments, out of the corpus. Raises CorpusError."""
        names = [name for source in sources for name in (source, source + AMENDMENTS_SUFFIX)]
        self.take(names, document_id)

    def take(self, names: Sequence[str], label: str) -> None:
        """Move files out of the corpus to a place with a label. Raises CorpusError."""
        owners = {self._ledger.last_id_of(name.removesuffix(AMENDMENTS_SUFFIX)) for name in names}
        place = self._place(label, owners.pop() if label in _NO_DOCUMENTS and len(owners) == 1 else "")
        going = place.with_name(place.name + _GOING)
        try:
            there = {name: _mark(self._corpus / name) for name in names if os.path.lexists(self._corpus / name)}
            going.mkdir(parents=True)
            failpoints.reach("trash: place made")
            _write(going / _PLAN, {"document_id": label, "files": there})
            failpoints.reach("trash: removal planned")
            self._finish_going(going)
        except OSError as error:
            self._give_up(going)
            raise CorpusError(
                f"cannot move {', '.join(names[:1])} to {self.folder} ({error.strerror}); check the permissions of both"
                " and the free disk"
            ) from None

    def _give_up(self, going: Path) -> None:
        """Undo a removal that failed, as nobody expects it to happen later."""
        plan = _read(going / _PLAN)
        self._kept.bring_back(plan.get("document_id", ""))
        for name in plan.get("files", {}):
            with contextlib.suppress(OSError):
                if os.path.lexists(going / name):
                    moving.move(going / name, self._corpus / name)
        with contextlib.suppress(OSError):
            (going / _PLAN).unlink(missing_ok=True)
        if not _anything(going):
            shutil.rmtree(going, ignore_errors=True)

    def remove_amendments(self, source: str) -> None:
        """Move away the amendments of a file that is another document by now. Raises CorpusError."""
        self.take([source + AMENDMENTS_SUFFIX], "amendments")

    def copy(self, source: str) -> None:
        """Keep a file that is about to be overwritten; its amendments stay where they are. Raises CorpusError."""
        place = self._place("overwritten", self._ledger.last_id_of(source))
        part = place.with_name(place.name + _PART)
        try:
            (part / source).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self._corpus / source, part / source, follow_symlinks=False)
            failpoints.reach("trash: copied")
            part.rename(place)
        except OSError as error:
            shutil.rmtree(part, ignore_errors=True)
            raise CorpusError(f"cannot copy {source} to {place} ({error.strerror}); check the free disk") from None

    def restore(self, document_id: str) -> bool:
        """Bring back what was removed last of a document, all of it or nothing; False when nothing was.

        Raises CorpusError.
        """
        if not document_id:
            return False
        self.settle()
        known = self._ledger.sources(document_id)
        labelled = self._places(document_id)
        for place in labelled or self._unlabelled():
            files = [s for s in (_files(place) if labelled else known) if (place / s).is_file()]
            moved = [n for s in files for n in (s + AMENDMENTS_SUFFIX, s) if os.path.lexists(place / n)]
            taken = [name for name in moved if os.path.lexists(self._corpus / name)]
            if taken:
                raise CorpusError(
                    f"another file is called {taken[0]} by now; rename it, then restore again ({place / taken[0]})"
                )
            for source in files:
                folder.check_inside(self._corpus, source)
            if files:
                self._bring_back(place, files, document_id)
                return True
        return False

    def purge(self, document_id: str) -> None:
        """Delete for good what was removed of a document, and earlier versions of its files. Raises CorpusError."""
        self.settle()
        names = [s for s in self._ledger.sources(document_id) if self._ledger.id_of(s) in {None, document_id}]
        try:
            for place in self._places(document_id):
                shutil.rmtree(place)
            for name in names:  # what stands beside a file that was deleted by hand
                if not os.path.lexists(self._corpus / name):
                    (self._corpus / (name + AMENDMENTS_SUFFIX)).unlink(missing_ok=True)
            for place in (place for label in _NO_DOCUMENTS for place in self._places(label)):
                owner = place.name.split("-")[3:]
                if owner == [document_id]:
                    shutil.rmtree(place)
                for name in names if not owner else ():  # of several documents, or of an older version of ours
                    for path in (place / name, place / (name + AMENDMENTS_SUFFIX)):
                        path.unlink(missing_ok=True)
                if not owner and not _anything(place):
                    shutil.rmtree(place)
        except OSError as error:
            raise CorpusError(
                f"cannot delete {error.filename} ({error.strerror}); check its permissions, then delete it again"
            ) from None
        self._kept.delete(document_id)

    def holds(self, document_id: str) -> bool:
        """Whether files of a document were removed and not brought back."""
        return bool(self._places(document_id))

    def removed(self) -> list[Removed]:
        """The documents that can be brought back, each as it was removed last, latest first."""
        found: dict[str, Removed] = {}
        for place in self._places():
            stamp, label, *_ = [*place.name.split("-"), ""]
            files = _files(place)
            if files and label and label not in _NO_DOCUMENTS and label not in found:
                found[label] = Removed(label, files, _moment(stamp))
        return list(found.values())

    def settle(self) -> None:
        """Finish what was cut off. A file that has changed since, or whose name is taken, stays where it is."""
        for place in sorted(self.folder.glob("*.*/")):
            with contextlib.suppress(OSError, CorpusError):
                if place.suffix == _PART:
                    shutil.rmtree(place)
                elif place.suffix == _GOING:
                    self._finish_going(place)
                elif place.suffix == _BACK:
                    self._finish_back(place)

    def _finish_going(self, going: Path) -> None:
        plan = _read(going / _PLAN)
        self._kept.set_aside(plan.get("document_id", ""))
        for name, mark in plan.get("files", {}).items():
            path = self._corpus / name
            if os.path.lexists(path) and _mark(path) == mark:
                moving.move(path, going / name)
                failpoints.reach("trash: a file moved out")
        _close(going)
        failpoints.reach("trash: removal done")

    def _bring_back(self, place: Path, files: Sequence[str], document_id: str) -> None:
        back = place.with_name(place.name + _BACK)
        try:
            _write(place / _PLAN, {"document_id": document_id, "files": {name: [] for name in files}})
            failpoints.reach("trash: return planned")
            place.rename(back)
            failpoints.reach("trash: return begun")
            self._finish_back(back)
        except OSError as error:
            raise CorpusError(
                f"cannot bring back {files[0]} ({error.strerror}); check its permissions and the free disk; what is not"
                " back yet follows with the next sync"
            ) from None

    def _finish_back(self, back: Path) -> None:
        plan = _read(back / _PLAN)
        files, document_id = list(plan.get("files", {})), str(plan.get("document_id", ""))
        for name in files:
            for path in (back / (name + AMENDMENTS_SUFFIX), back / name):
                if os.path.lexists(path):  # unlike Path.exists no error for a name that is too long
                    folder.check_inside(self._corpus, name)
                    with contextlib.suppress(FileExistsError):  # it stays in the trash
                        moving.move(path, self._corpus / path.relative_to(back))
                    failpoints.reach("trash: a file moved back")
        self._kept.bring_back(document_id)
        self._ledger.note_back(files, document_id)
        failpoints.reach("trash: return noted")
        _close(back)

    def _places(self, label: str = "") -> list[Path]:
        """The places of finished removals, latest first; those with a label, where one is given."""
        found = [p for p in sorted(self.folder.glob("*/"), reverse=True) if p.suffix not in {_GOING, _BACK, _PART}]
        return [place for place in found if not label or place.name.split("-")[1:2] == [label]]

    def _unlabelled(self) -> list[Path]:
        """Those of older versions, which do not say whose files they hold."""
        return [place for place in self._places() if len(place.name.split("-")) < 3]

    def _place(self, label: str, owner: str = "") -> Path:
        """A folder of its own for what is removed now. Its name sorts after all others, whatever the clock says.

        It ends with the id of the `owner`, the document whose earlier version this is, where its label is no id.
        """
        stamps = [place.name.split("-")[0] for place in self.folder.glob("*-*/")]
        last = max((int(f"{s.replace('T', ''):0<20}") for s in stamps if s.replace("T", "").isdigit()), default=0)
        stamp = str(max(int(f"{self._now():%Y%m%d%H%M%S%f}"), last + 1))
        return self.folder / f"{stamp[:8]}T{stamp[8:]}-{label}-{secrets.token_hex(3)}{owner and f'-{owner}'}"


def _moment(stamp: str) -> str:
    """When a place was made, as ISO 8601."""
    return datetime.strptime(stamp[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC).isoformat()


def _files(place: Path) -> list[str]:
    paths = (path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())
    return sorted(path for path in paths if not path.endswith(AMENDMENTS_SUFFIX) and path != _PLAN)


def _close(place: Path) -> None:
    """End the state of a place whose plan is carried out: what is left in it is what was removed."""
    (place / _PLAN).unlink(missing_ok=True)
    if _anything(place):
        place.rename(place.with_name(place.stem))
    else:
        shutil.rmtree(place, ignore_errors=True)


def _anything(place: Path) -> bool:
    """Whether a place holds more than folders and what was being written."""
    return any(
        (path.is_symlink() or path.is_file()) and not path.name.startswith(moving.BEING_WRITTEN)
        for path in place.rglob("*")
    )


def _mark(path: Path) -> list[int]:
    stat = os.lstat(path)
    return [stat.st_size, stat.st_mtime_ns]


def _is_inside(name: str) -> bool:
    return not os.path.isabs(name) and ".." not in Path(name).parts


def _write(path: Path, plan: dict[str, Any]) -> None:
    beside = path.with_name(f"{path.name}{_PART}")
    beside.write_text(json.dumps(plan), encoding="utf-8")
    beside.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        inside = {name: mark for name, mark in found.get("files", {}).items() if _is_inside(name)}
    except (FileNotFoundError, ValueError, AttributeError):
        return {}
    return {**found, "files": inside}
