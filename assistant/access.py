"""Who may do what, and see which folders of the corpus. Pure.

A collection is a folder of the corpus that the setting `collections` names. A file belongs to the nearest such folder
above it; one that lies in none is everyone's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .errors import NotAllowed
from .records import Record

READER, EDITOR, ADMIN = "reader", "editor", "admin"
ROLES = (READER, EDITOR, ADMIN)
"""Each may do what those before it may, and more. Whatever else is given as a role is a group."""
ROOT = "."
"""The corpus folder itself as a collection: what lies in no other one."""
_MAY = {READER: "ask and read", EDITOR: "change articles", ADMIN: "do what concerns everyone's articles"}


@dataclass(frozen=True, slots=True)
class Scope(Record):
    """Which files of the corpus somebody may see: for each collection whether they may."""

    collections: tuple[tuple[str, bool], ...] = ()

    def sees(self, source: str) -> bool:
        """Whether a file may be seen, by its path relative to the corpus folder."""
        seen = dict(self.collections)
        return seen.get(collection_of(source, seen), True)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who uses the assistant. Without a name it is whoever runs it on this machine, who may do everything."""

    name: str = ""
    roles: frozenset[str] = frozenset(ROLES)

    def needs(self, role: str, what: str) -> None:
        """Raise NotAllowed for somebody who has neither the role nor one above it."""
        if not self.has(role):
            raise NotAllowed(f"{what} takes the role {role} ({_MAY[role]}); ask an admin of the assistant for it")

    def has(self, role: str) -> bool:
        """Whether this person has a role, or one above it."""
        return bool(self.roles & set(ROLES[ROLES.index(role) :])) or role == READER

    def _is(self, reader: str) -> bool:
        """Whether a role or group that a rule names is this person's."""
        return self.has(reader) if reader in ROLES else reader in self.roles

    def scope(self, collections: Mapping[str, Iterable[str]]) -> Scope | None:
        """What this person may see under these rules; None for everything. An admin sees everything."""
        if self.has(ADMIN):
            return None
        seen = [(plain_path(name), any(map(self._is, readers))) for name, readers in sorted(collections.items())]
        return Scope(tuple(seen)) if not all(may for _, may in seen) else None


def person(name: str, roles: Sequence[str] = ()) -> Person:
    """Somebody by name and roles; without any a reader."""
    return Person(name, frozenset(roles))


def collection_of(source: str, collections: Iterable[str]) -> str:
    """The collection that a file belongs to, of those named by plain paths; the corpus folder where it is in none."""
    known = frozenset(collections)
    above = plain_path(source)
    while "/" in above:
        above = above.rsplit("/", 1)[0]
        if above in known:
            return above
    return ROOT


def plain_path(path: str) -> str:
    """A path as collections are compared: file systems may tell neither capitals nor forms of letters apart."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in {"", ROOT}]
    return unicodedata.normalize("NFC", "/".join(parts)).casefold() or ROOT
