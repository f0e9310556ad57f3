"""What records say, as people write it: the same in answers, in the terminal and on the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from .records import Citation, Filters, Passage, SyncReport


def day_in_words(published: date | None) -> str:
    """A date as people write it, "4 June 2026"; "undated" where there is none."""
    return f"{published.day} {published:%B %Y}" if published else "undated"


def ahead_in_words(ahead: int) -> str:
    """What is told to one whose question waits: "2 questions are answered before yours"."""
    if not ahead:
        return "yours is answered now"
    return f"{ahead} question{' is' if ahead == 1 else 's are'} answered before yours"


def place_in_words(item: Citation | Passage) -> str:
    """Where words of an article stand: title, publisher, date, section, page and file, as far as they are known."""
    later = item.superseded_by if isinstance(item, Citation) else None
    parts = [
        item.title,
        item.publisher,
        day_in_words(item.published),
        f"section “{item.section}”" if item.section else "",
        f"page {item.page}" if item.page else "",
        item.source,
        f"superseded by [{later}]" if later else "",
    ]
    return " · ".join(filter(None, parts))


def limits_in_words(filters: Filters | None, titles: Mapping[str, str] | None = None) -> list[str]:
    """What a question is limited to, a phrase for each; a single article by its title, where that is given."""
    if not filters:
        return []
    days = {"as of": filters.as_of, "from": filters.published_from, "to": filters.published_to}
    found = [f"{word} {day_in_words(day)}" for word, day in days.items() if day]
    found += filters.publishers
    found += filters.sources
    if filters.document_ids:
        count = len(filters.document_ids)
        title = (titles or {}).get(filters.document_ids[0], "") if count == 1 else ""
        found.append(f"“{title}”" if title else f"{count} chosen article{'s' * (count != 1)}")
    return found


def sync_in_words(report: SyncReport) -> str:
    """What a sync did, in a line: "2 added, 1 removed; 1 cannot be read; the corpus holds 15 articles"."""
    counts = ((report.added, "added"), (report.updated, "updated"), (report.removed, "removed"))
    done = ", ".join(f"{len(ids)} {what}" for ids, what in counts if ids) or "nothing changed"
    failed = f"; {len(report.failed)} cannot be read" if report.failed else ""
    total = len(report.added) + len(report.updated) + len(report.unchanged)
    return f"{done}{failed}; the corpus holds {total} article{'s' * (total != 1)}"
