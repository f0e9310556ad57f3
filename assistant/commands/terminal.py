"""How things look in a terminal: progress and messages on stderr, results on stdout."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..in_words import day_in_words, place_in_words, sync_in_words
from ..language.terms import printable
from ..records import (
    Answer,
    Document,
    Finding,
    Machine,
    Passage,
    Progress,
    Removed,
    SyncReport,
    Verification,
)

_WIDTH = 100
_NAMED = 3
"""Articles that are named while an answer is looked for in them."""
SHOWN = 20
"""Of one kind; the others are counted."""
_BYTES = 10_000_000
"""A total above this counts bytes, not things."""


class Steps:
    """Shows each step on one line of stderr, rewritten in a terminal and plain in a log."""

    def __init__(self) -> None:
        self._live = _can_rewrite()
        self._step = ""
        self._tenth = -1

    def __call__(self, reached: Progress) -> None:
        """Show how far a step has come."""
        if reached.lasting:
            say(reached.step)
            return
        tenth = 10 * reached.done // reached.total if reached.total else 0
        if (reached.step, tenth) == (self._step, self._tenth) and not self._live:
            return
        begun = reached.step != self._step
        self._step, self._tenth = reached.step, tenth
        line = printable(f"{reached.step} {_amount(reached)}").rstrip()
        if self._live:
            sys.stderr.write(f"\r\033[K{line}…" if reached.done < reached.total or not reached.total else "\r\033[K")
        elif begun or tenth == 10 or reached.total > _BYTES:
            sys.stderr.write(f"{line}{'' if tenth == 10 else '…'}\n")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take away the line that is shown."""
        if self._live and self._step:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def say(message: str) -> None:
    """A message to the person, on stderr."""
    sys.stderr.write(("\r\033[K" if _can_rewrite() else "") + printable(message) + "\n")
    sys.stderr.flush()


def show_lines(*lines: str) -> None:
    """Lines of a result."""
    for line in lines:
        print(printable(line))


def show_json(plain: Any, indent: int | None = 2) -> None:
    """A result as JSON; what is not printable stands as its escape, so that it reads back the same."""
    any_letter = (sys.stdout.encoding or "").lower().startswith("utf")
    said = json.dumps(plain, ensure_ascii=not any_letter, indent=indent)
    print("".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in said), flush=True)


def prepare_streams() -> None:
    """Have every text written and read, whatever the system's encoding is, also where a program closed a stream."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for good
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def read_lines() -> Iterator[str]:
    """The lines of standard input that say something."""
    for line in iter(sys.stdin.readline, ""):
        if said := line.strip().lstrip("\ufeff"):  # Windows begins what it pipes with that mark
            yield said


def read_questions() -> Iterator[str]:
    """The questions that come in, until the end of input; with a prompt and a line editor where they are typed."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield from read_lines()
        return
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - `input` edits lines and remembers them once it is there
    while True:
        try:
            line = input("\n> ")
        except EOFError:
            print()
            return
        if question := line.strip():
            yield question


def show_found(passages: Sequence[Passage]) -> None:
    """The articles in which an answer is looked for, on stderr, while it is."""
    titles = list(dict.fromkeys(f"{passage.title} ({day_in_words(passage.published)})" for passage in passages))
    if titles:
        more = f" and {len(titles) - _NAMED} more" if len(titles) > _NAMED else ""
        say(f"looking in {'; '.join(titles[:_NAMED])}{more}")


def show_piece(piece: str) -> None:
    """A further piece of an answer's text."""
    if _can_rewrite():
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()
    sys.stdout.write("\n".join(map(printable, piece.split("\n"))))
    sys.stdout.flush()


def show_sources(answer: Answer) -> None:
    """What stands under an answer: every citation with its exact words, article, date and place.

    And how the question was understood, where that is not how it was typed.
    """
    print()
    if answer.understood not in {"", answer.question}:
        print(f"\nUnderstood as: {printable(answer.understood)}")
    for citation in answer.citations:
        print()
        print(_wrapped(f"“{' '.join(citation.quote.split())}”", f"[{citation.number}] "))
        print(_wrapped(place_in_words(citation), "    "))
    for note in answer.notes:
        print(f"\nNote: {printable(note)}.")


def show_passages(passages: Sequence[Passage]) -> None:
    """Found passages, best first."""
    for number, passage in enumerate(passages, start=1):
        print(_wrapped(f"{passage.score:.2f}  {place_in_words(passage)}", f"{number}. "))
        print(_wrapped(" ".join(passage.text.split()), "   "), end="\n\n")


def show_documents(documents: Sequence[Document], failures: Mapping[str, str]) -> None:
    """The corpus as a list, and what of the folder is not in it."""
    for document in documents:
        when = document.published or "undated   "
        sources = ", ".join(map(printable, document.sources))
        stale = "STALE  " if document.state == "stale" else ""
        print(f"{document.document_id}  {when}  {stale}{printable(document.title)}  ({sources})")
        alike = [f"nearly the same as {', '.join(document.similar)}"] if document.similar else []
        for note in [*document.notes, *alike]:
            print(f"{'':14}{printable(note)}")
    if not documents:
        print("The corpus is empty: put articles into its folder, or run 'assistant add PATH'.")
    for line in _unread(failures):
        print(printable(line))


def show_removed(removed: Sequence[Removed]) -> None:
    """What the trash holds."""
    for each in removed:
        sources = ", ".join(map(printable, each.sources))
        print(f"{each.document_id}  removed {each.removed[:10]}  ({sources})")
    if not removed:
        print("The trash is empty.")


def show_machines(machines: Sequence[Machine]) -> None:
    """The machines that share a corpus."""
    for each in machines:
        there = f"{each.documents} articles{', this machine' * each.here}"
        print(f"{printable(each.machine_id)}  {printable(each.name)}: {there}")
    if not machines:
        print("No machine has given an article yet.")


def show_report(report: SyncReport, changed: Sequence[Document] = ()) -> None:
    """What a sync did, in a line; then the first changed articles with what is known of them, and what failed."""
    say(sync_in_words(report))
    for document in changed:
        say(f"  {document.title} · {day_in_words(document.published)} · {printable(document.sources[0])}")
        for note in document.notes:
            say(f"      {note}")
    more = len(report.added) + len(report.updated) - len(changed)
    if changed and more > 0:
        say(f"  and {more} more; 'assistant list' shows all")
    for note in report.notes:
        say(note)
    for line in _unread(report.failed):
        say(line)


def _unread(failures: Mapping[str, str]) -> Iterator[str]:
    """The files that could not be read; those with one reason stand together."""
    reasons: dict[str, list[str]] = {}
    for source, reason in failures.items():
        reasons.setdefault(reason, []).append(printable(source))
    for reason, sources in reasons.items():
        more = f" and {len(sources) - SHOWN} more" if len(sources) > SHOWN else ""
        yield f"not read: {', '.join(sources[:SHOWN])}{more}: {reason}"


def show_score(score: Mapping[str, float]) -> None:
    """An evaluation as a table of two columns."""
    for name, value in score.items():
        print(f"{name:<12} {value:.3f}" if isinstance(value, float) else f"{name:<12} {value}")


def show_verification(found: Verification) -> None:
    """What became of an answer's quotes, a line each."""
    print("the answer is as it was given" if found.intact else "the file was CHANGED after the answer was given")
    for quote in found.quotes:
        print(_wrapped(f"{quote.state}: “{' '.join(quote.quote.split())}”", f"[{quote.number}] "))
        print(_wrapped(f"{quote.title} · {quote.found}", "    "))
    for note in found.notes:
        print(f"Note: {printable(note)}.")


def show_findings(findings: Sequence[Finding]) -> None:
    """What a check-up found, a line each."""
    for finding in findings:
        print(f"{'ok ' if finding.fine else 'BAD'}  {printable(f'{finding.what}: {finding.found}')}")


def _can_rewrite() -> bool:
    """Whether messages go to a terminal that can take back a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _amount(reached: Progress) -> str:
    if not reached.total:
        return ""
    if reached.total > _BYTES:
        return f"{reached.done / 1e6:,.0f} of {reached.total / 1e6:,.0f} MB"
    return f"{reached.done} of {reached.total}"


def _wrapped(text: str, lead: str) -> str:
    return textwrap.fill(
        printable(text), _WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_long_words=False
    )
