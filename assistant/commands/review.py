"""`assistant review`: what maintainers see of everyone's questions and complaints."""

from __future__ import annotations

from typing import Annotated

import typer

from ..api import Assistant
from ..people.review import Complaint, Review, Unanswered
from ..records import Filters
from ..settings import Settings
from . import terminal
from .common import Json, opened, show

review_app = typer.Typer(
    help="Questions that found no answer, complaints, and which articles are used.", invoke_without_command=True
)


@review_app.callback()
def review(context: typer.Context, json_: Json = False) -> None:
    """Show what people asked in vain, what they complained of, and which articles are cited most."""
    if context.invoked_subcommand is not None:
        return
    with opened() as assistant:
        found = assistant.review
        unanswered, complaints, used = found.unanswered(), found.complaints(), found.used()
        useful, not_useful = found.verdicts()
        ids = tuple(each.document_id for each in used)
        documents = assistant.documents(Filters(document_ids=ids)) if ids else []
    titles = {document.document_id: document.title for document in documents}
    if json_:
        terminal.show_json(
            {
                "unanswered": [each.to_dict() for each in unanswered],
                "complaints": [each.to_dict() for each in complaints],
                "used": [each.to_dict() for each in used],
                "useful": useful,
                "not_useful": not_useful,
            }
        )
        return
    asked = [_asked(each) for each in unanswered]
    complained = [line for each in complaints for line in _complained(each)]
    cited = [f"  {each.times:>4}×  {titles.get(each.document_id, each.document_id)}" for each in used]
    terminal.show_lines("Questions without an answer:", *(asked or ["  none"]), "")
    terminal.show_lines(f"Complaints ({useful} answers were found useful, {not_useful} not):")
    terminal.show_lines(*(complained or ["  none is open"]), "")
    terminal.show_lines("Articles that are cited most, in 30 days:", *(cited or ["  none"]))


@review_app.command(name="ask-again")
def ask_again(json_: Json = False) -> None:
    """Ask unanswered questions once more, each as who asked it; who gets an answer finds it in their conversation."""
    steps = terminal.Steps()
    with Assistant.open(Settings(), progress=steps) as assistant:
        done = assistant.review.ask_again(steps)
    if json_:
        terminal.show_json(done.to_dict())
        return
    terminal.say(f"asked {done.asked} again, {done.answered} found an answer")
    for reason in done.failed:
        terminal.say(reason)


@review_app.command()
def settle(
    complaint: Annotated[int, typer.Argument(help="The number of a complaint.", show_default=False)],
    json_: Json = False,
) -> None:
    """Put a complaint among the settled ones."""
    with opened() as assistant:
        found: Review = assistant.review
        found.settle(complaint)
    show({"settled": complaint}, f"settled {complaint}", json_=json_)


def _asked(each: Unanswered) -> str:
    return f"  {each.times:>4}×  {each.questions[0]}  ({each.latest[:10]})"


def _complained(each: Complaint) -> tuple[str, ...]:
    who = each.person or "somebody"
    asked = f"  {each.complaint_id:>4}   {each.exchange.question}  ({who}, {each.given[:10]})"
    return (asked, *([f"         {each.reason}"] if each.reason else []), f"         {each.exchange.text}")
