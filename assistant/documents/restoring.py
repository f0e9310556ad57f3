"""Making everything what it was when a backup was written. One that was cut off is finished at the next start.

backup → unpacked and checked beside → given its name, from where on it is certain → files, ledger, catalogue → sync
"""

from __future__ import annotations

import filecmp
import os
import shutil
from contextlib import closing, suppress
from pathlib import Path

from ..errors import AssistantError, CorpusError, UsageError
from ..formats.loading import AMENDMENTS_SUFFIX
from ..indexing.index import Index
from ..people.conversations import Conversations
from ..people.users import Users
from ..records import OnProgress, Progress
from ..settings import Settings
from ..storage import failpoints
from . import backup_file, folder
from .ledger import Ledger
from .trash import Trash

_CERTAIN = "restoring"


def unpack(settings: Settings, file: Path, progress: OnProgress) -> None:
    """Unpack a backup where `finish` finds it. Raises UsageError, having changed nothing, when it is not whole."""
    part, certain = settings.state_dir / f"{_CERTAIN}.part", settings.state_dir / _CERTAIN
    shutil.rmtree(part, ignore_errors=True)
    if not file.is_file():
        raise UsageError(f"cannot restore {file}: there is no such file; nothing was changed")
    try:
        part.mkdir(parents=True)
        part.chmod(0o700)
        progress(Progress(f"unpacking {file}"))
        backup_file.unpack(file, part)
        failpoints.reach("restoring: unpacked")
        shutil.rmtree(certain, ignore_errors=True)
        part.rename(certain)
    except backup_file.NO_TAR:
        raise UsageError(f"cannot restore {file}: it is no whole backup (no tar file); nothing was changed") from None
    except (ValueError, KeyError, TypeError, FileNotFoundError) as error:
        why = "its end is missing" if isinstance(error, FileNotFoundError) else str(error)
        raise UsageError(f"cannot restore {file}: it is no whole backup ({why}); nothing was changed") from None
    except OSError as error:
        raise UsageError(f"cannot unpack {file} to {part} ({error.strerror}); check the free disk") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    failpoints.reach("restoring: certain")


def finish(settings: Settings, index: Index, ledger: Ledger) -> bool:
    """Take over what was unpacked; False where nothing was. Nothing that was there is lost: it is in the trash.

    Where that fails, what was unpacked is let go, as nobody expects it to happen later. Raises CorpusError.
    """
    unpacked = settings.state_dir / _CERTAIN
    if not unpacked.is_dir():
        return False
    try:
        _take_over(settings, unpacked, index, ledger)
    except (OSError, AssistantError) as error:
        _let_go(unpacked)
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CorpusError(
            f"the backup was restored in part only ({reason}); mend that and restore it again, which loses nothing"
        ) from None
    _let_go(unpacked)
    return True


def finish_cut_off(settings: Settings, index: Index, ledger: Ledger) -> str:
    """Finish what a killed process began; what came of it, in words, or nothing."""
    unpacked = settings.state_dir / _CERTAIN
    try:
        if unpacked.is_dir():  # the power may have gone before all of it was on the disk
            backup_file.check(unpacked)
    except (OSError, ValueError, KeyError, TypeError):
        _let_go(unpacked)
        return "a backup was unpacked in part only, and not restored; restore it again"
    try:
        return "the backup whose restoring was cut off is restored" if finish(settings, index, ledger) else ""
    except CorpusError as error:
        return str(error)


def _take_over(settings: Settings, unpacked: Path, index: Index, ledger: Ledger) -> None:
    _corpus(settings, unpacked / backup_file.CORPUS, index, ledger)
    failpoints.reach("restoring: corpus is as it was")
    _state(settings.state_dir, unpacked)
    ledger.take_over(unpacked / backup_file.LEDGER)
    failpoints.reach("restoring: ledger is as it was")
    index.take_over(unpacked / backup_file.CATALOGUE)
    failpoints.reach("restoring: catalogue is as it was")
    removed: frozenset[str] = frozenset()
    if (unpacked / backup_file.USERS).is_file():  # these two last, as nothing else hangs on them
        with closing(Users(settings.state_dir)) as users:
            users.bring_back(unpacked / backup_file.USERS)
            removed = users.removed()
    if (unpacked / backup_file.CONVERSATIONS).is_file():
        with closing(Conversations(settings.state_dir)) as conversations:
            conversations.bring_back(unpacked / backup_file.CONVERSATIONS, removed)


def _let_go(unpacked: Path) -> None:
    done = unpacked.with_name(f"{_CERTAIN}.part")
    shutil.rmtree(done, ignore_errors=True)
    with suppress(OSError):
        unpacked.rename(done)
    shutil.rmtree(done, ignore_errors=True)


def _corpus(settings: Settings, wanted: Path, index: Index, ledger: Ledger) -> None:
    names = {path.relative_to(wanted).as_posix() for path in wanted.rglob("*") if path.is_file()}
    trash = Trash(settings.corpus_dir, settings.state_dir, ledger)
    trash.settle()
    there = folder.names(settings.corpus_dir)
    same = {name for name in names & there if filecmp.cmp(wanted / name, settings.corpus_dir / name, shallow=False)}
    owners = {row.source: row.document_id for row in index.catalogue.files().values()}
    leaving: dict[tuple[str, str | None], list[str]] = {}
    for name in sorted(there - same):
        owner = owners.get(name.removesuffix(AMENDMENTS_SUFFIX))
        label = owner if owner and name not in names else "replaced"
        leaving.setdefault((label, owner), []).append(name)
    for (label, _), files in leaving.items():
        trash.take(files, label)
    for name in sorted(names - same):
        _clear_the_way(settings.corpus_dir, name, trash)
        folder.take_over(settings.corpus_dir, name, wanted / name)


def _clear_the_way(corpus_dir: Path, name: str, trash: Trash) -> None:
    """Move to the trash what stands where a file or a folder of the backup belongs: a folder, a file, a link."""
    parts = Path(name).parts
    for depth in range(1, len(parts) + 1):
        path = corpus_dir.joinpath(*parts[:depth])
        a_folder = path.is_dir() and not path.is_symlink()
        if os.path.lexists(path) and a_folder == (depth == len(parts)):
            trash.take(["/".join(parts[:depth])], "replaced")


def _state(state_dir: Path, unpacked: Path) -> None:
    for path in (state_dir / "kept").glob("*.json"):  # not of those that were removed, in a folder below
        path.unlink()
    if (unpacked / backup_file.KEPT).is_dir():
        shutil.copytree(unpacked / backup_file.KEPT, state_dir / "kept", dirs_exist_ok=True)
    for place in (unpacked / backup_file.TRASH).glob("*/"):
        if not place.suffix and not (state_dir / "trash" / place.name).exists():
            part = state_dir / "trash" / f"{place.name}.part"
            shutil.copytree(place, part, dirs_exist_ok=True)
            part.rename(state_dir / "trash" / place.name)
