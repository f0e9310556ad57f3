"""The command line: arguments in, results to stdout, progress and messages to stderr, an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import replace
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from . import terminal
from .api import Assistant, is_url
from .client import stop as stop_owner
from .errors import AssistantError, QuestionError, UsageError
from .models_cli import models_app
from .records import Answer, Done, Filters, SyncReport, Text, Waiting, ahead_in_words
from .redaction import Redacting, redacted
from .review_cli import review_app
from .settings import Settings
from .users_cli import users_app
from .watching import follow
from .web.address import check_doors, listen


class Exit(IntEnum):
    """Exit codes."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_SAID = 3


app = typer.Typer(
    help="Ask your dated articles; every claim of an answer carries the exact sentence it rests on.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(models_app, name="models")
app.add_typer(users_app, name="users")
app.add_typer(review_app, name="review")

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Llm = Annotated[str | None, typer.Option(help="embedded, extractive, or provider:model.")]
DocumentIds = Annotated[list[str], typer.Argument(help="Ids as 'assistant list' shows them.", show_default=False)]
Correction = Annotated[str | None, typer.Option(help="What it should be.")]
Question = Annotated[str, typer.Argument(help="The question, in quotes.", show_default=False)]


@app.command()
def ask(
    question: Question,
    json_: Json = False,
    llm: Llm = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Answer as one would have on that day.")
    ] = None,
) -> None:
    """Answer a question from the articles. Exits 3 when they do not say.

    With - as the question, each line of standard input is one, and --json prints a line for each.
    """
    filters = Filters(as_of=as_of.date()) if as_of else None
    several = question == "-"
    questions = filter(None, map(str.strip, sys.stdin)) if several else [question]
    ended = Exit.DONE
    with _open(llm) as assistant:
        for each in questions:
            if several and not json_:
                terminal.show_lines(f"> {each}")
            try:
                answer = _answered(assistant, each, filters, shown=not json_)
            except QuestionError as error:  # costs no other question
                if not several:
                    raise
                terminal.say(f"assistant: {error}")
                plain, ended = {"question": each, "error": str(error)}, Exit.USAGE
            else:
                plain = answer.to_dict()
                ended = Exit.NOT_SAID if ended == Exit.DONE and not answer.answered else ended
                if not json_:
                    terminal.show_sources(answer)
            if json_:
                terminal.show_json(plain, indent=None if several else 2)
    raise typer.Exit(ended)


def _answered(assistant: Assistant, question: str, filters: Filters | None, *, shown: bool) -> Answer:
    """The answer, its text `shown` as it comes."""
    for event in assistant.stream(question, filters=filters):
        if isinstance(event, Waiting):
            terminal.say(ahead_in_words(event.ahead))
        if isinstance(event, Text) and shown:
            terminal.show_piece(event.piece)
        if isinstance(event, Done):
            return event.answer
    raise AssertionError("a stream that nobody closed ends with Done")


@app.command()
def chat(llm: Llm = None) -> None:
    """Ask one question after another; a follow-up is understood from the ones before."""
    history: list[Answer] = []
    with _open(llm) as assistant:
        while question := terminal.read_question():
            try:
                for event in assistant.stream(question, history):
                    if isinstance(event, Waiting):
                        terminal.say(ahead_in_words(event.ahead))
                    if isinstance(event, Text):
                        terminal.show_piece(event.piece)
                    if isinstance(event, Done):
                        terminal.show_sources(event.answer)
                        history.append(event.answer)
            except UsageError as error:
                terminal.say(str(error))


@app.command()
def search(
    question: Question,
    json_: Json = False,
    k: Annotated[int, typer.Option("-k", min=1, help="How many passages.")] = 5,
) -> None:
    """Show the passages that speak most of a question; no language model involved."""
    with _open() as assistant:
        passages = assistant.search(question, k=k)
    if json_:
        _print_json([passage.to_dict() for passage in passages])
    else:
        terminal.show_passages(passages)
    raise typer.Exit(Exit.DONE if passages else Exit.NOT_SAID)


@app.command()
def add(
    paths: Annotated[list[str], typer.Argument(help="Files, folders or web addresses.", show_default=False)],
    json_: Json = False,
    collection: Annotated[str, typer.Option(help="The collection to put them into (the setting collections).")] = "",
) -> None:
    """Copy files, all files of a folder, or web pages into the corpus. Exits 1 when some could not be read."""
    missing = [path for path in paths if not is_url(path) and not Path(path).expanduser().exists()]
    if missing:
        raise UsageError(f"{missing[0]} does not exist; give files, folders or web addresses")
    with _open() as assistant:
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


@app.command()
def sync(
    json_: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and sync whenever the folder changes.")] = False,
) -> None:
    """Make the index hold what the corpus folder holds. Exits 1 when some files could not be read."""
    with _open() as assistant:
        report = assistant.sync()
        _show_report(report, json_, assistant)
        if watch:
            terminal.say(f"following {assistant.settings.corpus_dir} (Ctrl-C ends it)")
            for later in follow(assistant, report, terminal.say):
                _show_report(later, json_, assistant)
    raise typer.Exit(Exit.FAILED if report.failed and not watch else Exit.DONE)


@app.command(name="list")
def list_(
    json_: Json = False,
    removed: Annotated[bool, typer.Option("--removed", help="List what is in the trash instead.")] = False,
) -> None:
    """List the articles, newest first, and the files that are none with the reason."""
    with _open() as assistant:
        if removed:
            in_trash = assistant.removed()
            if json_:
                _print_json([each.to_dict() for each in in_trash])
            else:
                terminal.show_removed(in_trash)
            return
        documents, failures = assistant.documents(), assistant.failures()
    if json_:
        _print_json({"documents": [document.to_dict() for document in documents], "failed": failures})
    else:
        terminal.show_documents(documents, failures)


@app.command()
def remove(
    document_ids: DocumentIds,
    json_: Json = False,
    for_good: Annotated[
        bool,
        typer.Option("--for-good", help="Keep nothing of them: no trash, and no kept answer that quotes them."),
    ] = False,
) -> None:
    """Move articles to the trash; 'assistant restore' brings them back."""
    with _open() as assistant:
        for document_id in document_ids:
            report = assistant.remove(document_id, for_good=for_good)
            back = f"removed {document_id}; 'assistant restore {document_id}' brings it back"
            terminal.say(f"deleted {document_id} for good; backups may still hold it" if for_good else back)
    if json_:
        _print_json(report.to_dict())


@app.command()
def restore(
    what: Annotated[
        list[str], typer.Argument(help="Ids of removed articles, or a file that 'assistant backup' wrote.")
    ],
    json_: Json = False,
) -> None:
    """Bring back removed articles by their ids, or everything as it was from a backup."""
    with _open() as assistant:
        for each in what:
            whole = Path(each).is_file() or os.sep in each or ".tar" in each
            report = assistant.restore_backup(each) if whole else assistant.restore(each)
            terminal.say(f"restored {each}")
            if whole and not json_:
                _show_report(report, json_, assistant)
    if json_:
        _print_json(report.to_dict())


@app.command()
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
    with _open() as assistant:
        assistant.amend(document_id, **{key: value or None for key, value in given.items() if value is not None})
        document = replace(assistant.document(document_id), text="")
    if json_:
        _print_json(document.to_dict())
    else:
        terminal.show_documents([document], {})


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="An answer that 'assistant ask --json' wrote; - reads it from a pipe.")],
    json_: Json = False,
) -> None:
    """Tell which quotes of an answer still stand. Exits 1 when its file was changed, 3 when a quote is gone."""
    said = _read_text(file)
    with _open() as assistant:
        found = assistant.verify(said)
    if json_:
        _print_json(found.to_dict())
    else:
        terminal.show_verification(found)
    raise typer.Exit(Exit.FAILED if not found.intact else Exit.DONE if found.stands else Exit.NOT_SAID)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 takes a free one.")] = None,
    llm: Llm = None,
) -> None:
    """Serve the chat page until Ctrl-C."""
    settings = _settings(host=host, port=port, llm=llm)
    check_doors(settings)
    with listen(settings.host, settings.port) as line, Assistant.open(settings, progress=terminal.Steps()) as assistant:
        report = assistant.sync()
        terminal.show_report(report)
        assistant.prepare()
        from .web.server import serve as serve_page  # Gradio takes seconds to import

        serve_page(assistant, line, say=terminal.say)


@app.command()
def mcp() -> None:
    """Serve the tools ask, search, add and list to a program that speaks MCP, by standard input and output."""
    from .mcp_server import mcp_server  # no other command needs it

    with _open() as assistant:
        mcp_server(assistant).run()


@app.command(name="eval")
def eval_(
    file: Annotated[Path, typer.Argument(help="JSONL: question, and documents (names, titles or ids) or words.")],
    json_: Json = False,
    retrieval_only: Annotated[bool, typer.Option("--retrieval-only", help="Ask no language model.")] = False,
) -> None:
    """Score the assistant on questions of your own, so that you can tell whether a change helps."""
    from .evaluation import evaluate, read_questions

    questions = read_questions(file)
    with _open() as assistant:
        score = evaluate(assistant, questions, answers=not retrieval_only)
    if json_:
        _print_json(score)
    else:
        terminal.show_score(score)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; .tar, or .tar.gz to have it compressed.")],
    json_: Json = False,
) -> None:
    """Write articles, ids, trash and catalogue into one file. Others may go on working."""
    with _open() as assistant:
        size = assistant.backup(file)
    if json_:
        _print_json({"file": str(file), "bytes": size})
    else:
        terminal.say(f"{file} holds everything: {size / 1e6:,.1f} MB; 'assistant restore {file}' brings it back")


@app.command()
def doctor(
    json_: Json = False,
    repair: Annotated[bool, typer.Option("--repair", help="Make again from the articles what is damaged.")] = False,
) -> None:
    """Check all that an answer needs: folders, models, index, disk. Exits 1 when something is wrong."""
    from .doctor import examine

    findings = examine(_settings(), repair=repair, progress=terminal.Steps())
    if json_:
        _print_json([finding.to_dict() for finding in findings])
    else:
        terminal.show_findings(findings)
    raise typer.Exit(Exit.DONE if all(finding.fine for finding in findings) else Exit.FAILED)


@app.command()
def stop() -> None:
    """End the process that keeps index and models loaded; it also ends by itself when unused."""
    terminal.say("stopped" if stop_owner(_settings()) else "nothing was running")


def main() -> None:
    """Run the command line. An AssistantError is one line on stderr, never a traceback."""
    try:
        with redirect_stderr(Redacting(sys.stderr)):  # the page's server and the libraries write there, too
            _run()
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        sys.stderr.close()
        sys.exit(Exit.FAILED)


def _run() -> None:
    try:
        app(standalone_mode=True)
    except AssistantError as error:
        terminal.say(f"assistant: {error}")
        sys.exit(Exit.USAGE if isinstance(error, UsageError) else Exit.FAILED)
    except KeyboardInterrupt:
        terminal.say("interrupted")
        sys.exit(130)


@contextmanager
def _open(llm: str | None = None) -> Iterator[Assistant]:
    with Assistant.open(_settings(llm=llm), progress=terminal.Steps()) as assistant:
        yield assistant


def _settings(**given: Any) -> Settings:
    return Settings(**{key: value for key, value in given.items() if value is not None})


def _read_text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}); name an answer's file") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file} is no text; give a file that 'assistant ask --json' wrote") from None


def _show_report(report: SyncReport, json_: bool, assistant: Assistant) -> None:
    if json_:
        _print_json(report.to_dict())
    else:
        changed = {*report.added, *report.updated}
        terminal.show_report(
            report, [document for document in assistant.documents() if document.document_id in changed]
        )


def _print_json(plain: Any) -> None:
    terminal.show_json(plain)
