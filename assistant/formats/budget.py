"""How much text a table may still grow to, counted while it is built."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import DocumentError

_BETWEEN = 3
"""Characters that a table has for each cell, beside its text."""


@dataclass(slots=True)
class Budget:
    """Raises DocumentError as soon as more than `characters` must come out, so that no time is spent on the rest."""

    characters: int
    spent: int = 0

    def row(self, cells: int, characters: int) -> None:
        """Count a row that has so many cells, with so many characters in them together."""
        self.spent += characters + cells + 1
        self._check(self.spent)

    def block(self, rows: int, columns: int) -> None:
        """Check that a table of so many rows and columns fits, empty cells included."""
        self._check(rows * columns * _BETWEEN)

    def _check(self, count: int) -> None:
        if count > self.characters:
            raise DocumentError(
                f"it holds more than {self.characters:,} characters of text; split it or raise max_characters"
            )
