"""Commands that ask: `ask`, `chat`, `search`, `verify`, `eval`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ..api import Assistant
from ..errors import AssistantError, QuestionError, UsageError
from ..in_words import ahead_in_words
from ..records import Answer, Done, Filters, Passage, Retrieved, Text, Waiting
from . import terminal
from .common import Exit, Json, Llm, opened

Question = Annotated[str, typer.Argument(help="The question, in quotes.", show_default=False)]
AsOf = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Answer as one would have on that day.")]


def ask(question: Question, json_: Json = False, llm: Llm = None, as_of: AsOf = None) -> None:
    """Answer a question from the articles. Exits 3 when they do not say.

    With - as the question, each line of standard input is one, and --json prints a line for each.
    """
    several = question == "-"
    questions = terminal.read_lines() if several else [question]
    ended = Exit.DONE
    with opened(llm) as assistant:
        for each in questions:
            if several and not json_:
                terminal.show_lines(f"> {each}")
            try:
                answer = _answered(assistant, each, as_of, shown=not json_)
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


def chat(json_: Json = False, llm: Llm = None, as_of: AsOf = None) -> None:
    """Ask one question after another; a follow-up is understood from the ones before.

    Ctrl-C stops an answer, Ctrl-D ends the conversation. With --json, each answer is a line.
    """
    history: list[Answer] = []
    with opened(llm) as assistant:
        terminal.say("Ask; Ctrl-C stops an answer, Ctrl-D ends the conversation.")
        for question in terminal.read_questions():
            try:
                answer = _answered(assistant, question, as_of, history, shown=not json_, found=terminal.show_found)
            except AssistantError as error:  # the next question may well be answered
                terminal.say(f"assistant: {error}")
            except KeyboardInterrupt:
                terminal.say("stopped")
            else:
                history.append(answer)
                if json_:
                    terminal.show_json(answer.to_dict(), indent=None)
                else:
                    terminal.show_sources(answer)


def _answered(
    assistant: Assistant,
    question: str,
    as_of: datetime | None,
    history: Sequence[Answer] = (),
    *,
    shown: bool,
    found: Callable[[Sequence[Passage]], None] = lambda _: None,
) -> Answer:
    """The answer, its text `shown` as it comes."""
    filters = Filters(as_of=as_of.date()) if as_of else None
    with assistant.stream(question, history, filters=filters) as events:
        for event in events:
            if isinstance(event, Waiting):
                terminal.say(ahead_in_words(event.ahead))
            if isinstance(event, Retrieved):
                found(event.passages)
            if isinstance(event, Text) and shown:
                terminal.show_piece(event.piece)
            if isinstance(event, Done):
                return event.answer
    raise AssertionError("a stream that nobody closed ends with Done")


def search(
    question: Question,
    json_: Json = False,
    k: Annotated[int, typer.Option("-k", min=1, help="How many passages.")] = 5,
) -> None:
    """Show the passages that speak most of a question; no language model involved."""
    with opened() as assistant:
        passages = assistant.search(question, k=k)
    if json_:
        terminal.show_json([passage.to_dict() for passage in passages])
    else:
        terminal.show_passages(passages)
    raise typer.Exit(Exit.DONE if passages else Exit.NOT_SAID)


def verify(
    file: Annotated[Path, typer.Argument(help="An answer that 'assistant ask --json' wrote; - reads it from a pipe.")],
    json_: Json = False,
) -> None:
    """Tell which quotes of an answer still stand. Exits 1 when its file was changed, 3 when a quote is gone."""
    said = _read_text(file)
    with opened() as assistant:
        found = assistant.verify(said)
    if json_:
        terminal.show_json(found.to_dict())
    else:
        terminal.show_verification(found)
    raise typer.Exit(Exit.FAILED if not found.intact else Exit.DONE if found.stands else Exit.NOT_SAID)


def evaluate_(
    file: Annotated[Path, typer.Argument(help="JSONL: question, and documents (names, titles or ids) or words.")],
    json_: Json = False,
    retrieval_only: Annotated[bool, typer.Option("--retrieval-only", help="Ask no language model.")] = False,
) -> None:
    """Score the assistant on questions of your own, so that you can tell whether a change helps."""
    from .evaluation import evaluate, read_questions

    questions = read_questions(file)
    with opened() as assistant:
        score = evaluate(assistant, questions, answers=not retrieval_only)
    if json_:
        terminal.show_json(score)
    else:
        terminal.show_score(score)


def _read_text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}); name an answer's file") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file} is no text; give a file that 'assistant ask --json' wrote") from None
