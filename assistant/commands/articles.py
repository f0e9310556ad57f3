"""Commands for articles: `add`, `sync`, `list`, `remove`, `restore`, `amend`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ..api import Assistant, is_url
from ..documents.sync_engine import LOCAL
from ..errors import UsageError
from ..records import SyncReport
from ..redaction import redacted
from . import terminal
from .common import DocumentIds, Exit, Json, opened
from .watching import follow

Correction = Annotated[str | None, typer.Option(help="What it should be.")]


def add(
    paths: Annotated[list[str], typer.Argument(help="Files, folders or web addresses.", show_default=False)],
    json_: Json = False,
    collection: Annotated[str, typer.Option(help="The collection to put them into (the setting collections).")] = "",
) -> None:
    """Copy files, all files of a folder, or web pages into the corpus. Exits 1 when some could not be read."""
    missing = [path for path in paths if not is_url(path) and not Path(path).expanduser().exists()]
    if missing:
        raise UsageError(f"{missing[0]} does not exist; give files, folders or web addresses")
    with opened() as assistant:
        report = SyncReport()
        for path in paths:
            try:
                report = report.followed_by(assistant.add(path, collection))
            except UsageError as error:
                if len(paths) == 1:
                    raise
                report = replace(report, failed=report.failed | {redacted(path): str(error)})
        _show_report(report, json_, assistant)
    raise typer.Exit(Exit.FAILED if report.failed else Exit.DONE)


def sync(
    json_: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and sync whenever the folder changes.")] = False,
    engine: Annotated[str, typer.Option(help="Who parses and embeds: local, or ray for a large corpus.")] = LOCAL,
) -> None:
    """Make the index hold what the corpus folder holds. Exits 1 when some files could not be read."""
    with opened() as assistant:
        report = assistant.sync(engine=engine)
        _show_report(report, json_, assistant)
        if watch:
            terminal.say(f"following {assistant.settings.corpus_dir} (Ctrl-C ends it)")
            for later in follow(assistant, report, terminal.say):
                _show_report(later, json_, assistant)
    raise typer.Exit(Exit.FAILED if report.failed and not watch else Exit.DONE)


def list_(
    json_: Json = False,
    removed: Annotated[bool, typer.Option("--removed", help="List what is in the trash instead.")] = False,
) -> None:
    """List the articles, newest first, and the files that are none with the reason."""
    with opened() as assistant:
        if removed:
            in_trash = assistant.removed()
            if json_:
                terminal.show_json([each.to_dict() for each in in_trash])
            else:
                terminal.show_removed(in_trash)
            return
        documents, failures = assistant.documents(), assistant.failures()
    if json_:
        terminal.show_json({"documents": [document.to_dict() for document in documents], "failed": failures})
    else:
        terminal.show_documents(documents, failures)


def remove(
    document_ids: DocumentIds,
    json_: Json = False,
    for_good: Annotated[
        bool,
        typer.Option("--for-good", help="Keep nothing of them: no trash, and no kept answer that quotes them."),
    ] = False,
) -> None:
    """Move articles to the trash; 'assistant restore' brings them back."""
    report = SyncReport()
    with opened() as assistant:
        for document_id in document_ids:
            report = report.followed_by(assistant.remove(document_id, for_good=for_good))
            back = f"removed {document_id}; 'assistant restore {document_id}' brings it back"
            terminal.say(f"deleted {document_id} for good; backups may still hold it" if for_good else back)
    if json_:
        terminal.show_json(report.to_dict())


def restore(
    what: Annotated[
        list[str], typer.Argument(help="Ids of removed articles, or a file that 'assistant backup' wrote.")
    ],
    json_: Json = False,
) -> None:
    """Bring back removed articles by their ids, or everything as it was from a backup."""
    report = SyncReport()
    with opened() as assistant:
        for each in what:
            whole = Path(each).is_file() or os.sep in each or ".tar" in each
            done = assistant.restore_backup(each) if whole else assistant.restore(each)
            report = report.followed_by(done)
            terminal.say(f"restored {each}")
            if whole and not json_:
                _show_report(done, json_, assistant)
    if json_:
        terminal.show_json(report.to_dict())


def amend(
    document_id: Annotated[str, typer.Argument(help="An id as 'assistant list' shows it.", show_default=False)],
    title: Correction = None,
    publisher: Correction = None,
    author: Correction = None,
    published: Annotated[str | None, typer.Option(help="The day of publication, as 2026-03-01; '' for none.")] = None,
    json_: Json = False,
) -> None:
    """Correct what is known of an article; kept in a file beside the document's own."""
    given = {"title": title, "publisher": publisher, "author": author, "published": published}
    with opened() as assistant:
        assistant.amend(document_id, **{key: value or None for key, value in given.items() if value is not None})
        document = replace(assistant.document(document_id), text="")
    if json_:
        terminal.show_json(document.to_dict())
    else:
        terminal.show_documents([document], {})


def _show_report(report: SyncReport, json_: bool, assistant: Assistant) -> None:
    if json_:
        terminal.show_json(report.to_dict())
    else:
        changed = {*report.added, *report.updated}
        terminal.show_report(
            report, [document for document in assistant.documents() if document.document_id in changed]
        )
