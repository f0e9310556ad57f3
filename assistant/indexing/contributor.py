"""Who this machine is to the others that share a corpus: an id and a readable name, kept in `state_dir`."""

from __future__ import annotations

import json
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import IndexFailure
from ..storage import moving

CONTRIBUTOR = "contributor.json"


@dataclass(frozen=True, slots=True)
class _Identity:
    contributor: str
    turn: int = 0
    token: str = ""


class Contributor:
    """The identity that belongs to one `state_dir`, and how many entries of the log were written under it.

    What is about to be written is noted first. So an entry of this id that is not noted here was written by somebody
    else: a copy of the folder, which would take back whatever its own corpus folder lacks.
    """

    def __init__(self, state_dir: Path) -> None:
        """Read the identity, or make one. Raises IndexFailure."""
        self._path = state_dir / CONTRIBUTOR
        self.name = socket.gethostname() or "a machine"
        try:
            state_dir.mkdir(parents=True, exist_ok=True)
            if self._path.exists():
                self._known = _Identity(**json.loads(self._path.read_text(encoding="utf-8")))
            else:
                self._write(_Identity(secrets.token_hex(6)))
        except (OSError, ValueError, TypeError) as error:
            raise IndexFailure(f"cannot use {self._path} ({error}); mend it, or delete it to be another one") from None

    @property
    def id(self) -> str:
        """Tells this machine from all others."""
        return self._known.contributor

    @property
    def turn(self) -> int:
        """How many entries were written, or begun."""
        return self._known.turn

    def note(self, turn: int, token: str) -> None:
        """Remember an entry that is about to be written. Raises IndexFailure."""
        try:
            self._write(_Identity(self.id, turn, token))
        except OSError as error:
            raise IndexFailure(f"cannot write {self._path} ({error.strerror}); make room, then sync again") from None

    def check(self, turn: int, token: str) -> None:
        """Raise IndexFailure when an entry of this id was not written here."""
        if turn > self.turn or (turn == self.turn and token != self._known.token):
            raise IndexFailure(
                f"another machine works under the identity of this one, or {self._path.parent} is an older copy; delete"
                f" {self._path} here to go on as a machine of its own"
            )

    def _write(self, identity: _Identity) -> None:
        moving.write_whole(self._path, json.dumps(asdict(identity)).encode())
        self._known = identity
