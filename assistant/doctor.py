"""A check-up of all that an answer needs, in words: what this process sees, then what the owner does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from .access import ADMIN
from .api import Assistant
from .errors import AssistantError, DamagedFile
from .people.conversations import CONVERSATIONS, Conversations
from .people.users import USERS, Users
from .records import Finding, OnProgress
from .service import wire
from .service.prepared import usable
from .settings import EMBEDDED, Settings
from .storage.database import set_aside

_FREE_BYTES = 500_000_000


def examine(settings: Settings, *, repair: bool = False, progress: OnProgress = lambda _: None) -> list[Finding]:
    """Look at folders, models, disk, the owner and all it holds; `repair` makes again what is damaged."""
    try:
        used = usable(settings, progress)
    except AssistantError as error:
        return [Finding("index", fine=False, found=str(error))]
    outside = [
        *([] if used.read_only else [_look("corpus folder", lambda: _folder(settings))]),
        _look("language model", lambda: _model(settings)),
        _look("free disk", lambda: _disk(used)),
        _look("owner", lambda: _owner(used)),
        _look("conversations", lambda: _conversations(used, repair=repair)),
        _look("users", lambda: _users(used, repair=repair)),
    ]
    try:
        with Assistant.open(settings, progress=progress) as assistant:
            return [*outside, *assistant.check(repair=repair)]
    except AssistantError as error:
        return [*outside, Finding("index", fine=False, found=str(error))]


def _look(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, fine=True, found=look())
    except AssistantError as error:
        return Finding(what, fine=False, found=str(error))


def _folder(settings: Settings) -> str:
    from .documents.folder import scan

    return f"{len(scan(settings.corpus_dir))} files in {settings.corpus_dir}"


def _model(settings: Settings) -> str:
    from .language_models.weights import checked_model_file

    if settings.llm != EMBEDDED:
        return f"llm={settings.llm}"
    return f"{checked_model_file(settings)} is whole"


def _disk(settings: Settings) -> str:
    """The room on every disk that is written to."""
    rooms = {}
    written = (settings.data_dir, settings.cache_dir)
    for folder in written if settings.read_only else (settings.corpus_dir, settings.state_dir, *written):
        there = next(path for path in (folder, *folder.parents) if path.exists())
        rooms[there.stat().st_dev] = (shutil.disk_usage(there).free, folder)
    free, folder = min(rooms.values())
    if free < _FREE_BYTES:
        raise AssistantError(f"{free / 1e6:,.0f} MB free for {folder}, {_FREE_BYTES / 1e6:,.0f} are needed; make room")
    return f"{free / 1e9:,.1f} GB"


def _owner(settings: Settings) -> str:
    address = wire.Address.read(settings.data_dir)
    if address is None or not _runs(address.process):
        return "none was running"
    memory = _memory(address.process)
    return f"process {address.process} holds {settings.data_dir}" + f", {memory / 1e6:,.0f} MB of memory" * bool(memory)


def _conversations(settings: Settings, *, repair: bool) -> str:
    """They cannot be made again: what is damaged is kept beside, for whoever can read more of it."""
    if not (settings.state_dir / CONVERSATIONS).is_file():
        return "none are kept"
    try:
        with closing(Conversations(settings.state_dir)) as conversations:
            found = conversations.problems()
            unread = 0 if found else conversations.unread()
            if unread and repair and not settings.read_only:
                conversations.copy_to(settings.state_dir / f"{CONVERSATIONS}.before-repair")
                conversations.unread(mend=True)
    except DamagedFile as damage:
        found = [damage.reason]
    if not found and not unread:
        return "all as written"
    if not found:
        told = f"{unread} answered questions cannot be read"
        if repair and not settings.read_only:
            return f"{told}, which their places say now; the file as it was is {CONVERSATIONS}.before-repair"
        raise AssistantError(f"{told}; 'assistant doctor --repair' keeps the others and says so in their places")
    if repair and not settings.read_only:
        aside = set_aside(settings.state_dir / CONVERSATIONS)
        return f"begun anew; the damaged file ({found[0]}) is {aside}; restoring a backup brings back those in it"
    raise AssistantError(f"damaged ({found[0]}); 'assistant doctor --repair' sets the file aside and begins a new one")


def _users(settings: Settings, *, repair: bool) -> str:
    """Where their file is damaged nobody can sign in, until it is repaired and they are made anew."""
    path = settings.state_dir / USERS
    if not path.is_file():
        if settings.sign_in:
            raise AssistantError("nobody can sign in; 'assistant users add NAME --role admin' makes the first user")
        return "none, as nobody signs in"
    try:
        with closing(Users(settings.state_dir)) as users:
            found = users.problems()
            everybody = [] if found else users.all()
    except DamagedFile as damage:
        found, everybody = [damage.reason], []
    if not found:
        return f"{len(everybody)}, {sum(user.role == ADMIN for user in everybody)} of them admins"
    if repair and not settings.read_only:
        aside = set_aside(path)
        return f"none any more; the damaged file ({found[0]}) is {aside}; restore a backup, or make them anew"
    raise AssistantError(f"damaged ({found[0]}); 'assistant doctor --repair' sets the file aside; make users anew then")


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True


def _memory(process: int) -> int:
    """Bytes of resident memory of a process; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * 4096
    except (OSError, IndexError, ValueError):
        return 0
