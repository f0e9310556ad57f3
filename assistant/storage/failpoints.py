"""Named places between two steps that must not be taken for one; a test ends the process there."""

from __future__ import annotations

from collections.abc import Callable


def _nothing(_: str) -> None:
    """In use, a failpoint does nothing."""


on_reach: Callable[[str], None] = _nothing
"""Called with the name of each failpoint that is reached. Tests replace it in a process of their own."""


def reach(name: str) -> None:
    """The code has come to the failpoint `name`: what was done before it is on disk, what follows is not."""
    on_reach(name)
