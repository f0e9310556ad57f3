"""Who may sign in, as records, and which names, roles and groups are taken. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ..access import ROLES
from ..errors import UsageError
from ..records import Record

LONGEST_NAME = 64
_PLAIN_GROUP = re.compile(r"\w[\w .-]{0,63}")


@dataclass(frozen=True, slots=True)
class User(Record):
    """Somebody who may sign in."""

    user_id: str
    name: str
    role: str
    groups: tuple[str, ...]
    made: str
    disabled: bool = False

    @property
    def roles(self) -> tuple[str, ...]:
        """Role and groups, as `Assistant.as_user` takes them."""
        return (self.role, *self.groups)


@dataclass(frozen=True, slots=True)
class Token(Record):
    """What is known of an API token; the token itself is not."""

    token_id: str
    label: str
    made: str
    used: str
    """The minute of its last use; empty for none."""
    ends: str
    """Empty where it does not."""


def checked_name(name: str) -> str:
    """A name as it is kept. Raises UsageError for one that is empty, too long or cannot be printed."""
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise UsageError(
            f"the name {name[:80]!r} is not taken; give 1 to {LONGEST_NAME} characters that can be printed"
        )
    return plain


def folded(name: str) -> str:
    """A name as it is compared."""
    plain = unicodedata.normalize("NFKC", name.encode(errors="replace").decode()).casefold()
    return " ".join(unicodedata.normalize("NFKC", plain).split())


def checked_role(role: str) -> str:
    """A role. Raises UsageError for what is none."""
    if role not in ROLES:
        raise UsageError(f"there is no role {role!r}; the roles are {', '.join(ROLES)}")
    return role


def checked_groups(groups: Sequence[str]) -> list[str]:
    """Groups in order, each once. Raises UsageError for what can be none."""
    for group in groups:
        if group in ROLES:
            raise UsageError(f"{group!r} is a role and no group; give it as --role")
        if not _PLAIN_GROUP.fullmatch(group):
            raise UsageError(f"the group {group!r} is not taken; give letters, digits, spaces, dots and dashes")
    return sorted(set(groups))
