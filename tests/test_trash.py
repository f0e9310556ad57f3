"""What was removed is found again, the last removal first."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

from assistant.documents.ledger import Ledger
from assistant.documents.trash import Trash
from assistant.settings import Settings
from tests.conftest import article


def test_what_was_removed_last_comes_back_whatever_the_clock_says(settings: Settings):
    def trash(year: int) -> Trash:
        return Trash(settings.corpus_dir, settings.state_dir, ledger, lambda: datetime(year, 1, 1, tzinfo=UTC))

    with closing(Ledger(settings.state_dir)) as ledger:
        for year, text in ((2030, "The port was sold."), (2020, "The port was lent.")):
            path = article(settings.corpus_dir, "a.md", text)
            trash(year).remove(["a.md"], "123456789abc")
        assert trash(2020).restore("123456789abc")
    assert path.read_text(encoding="utf-8") == "The port was lent."
