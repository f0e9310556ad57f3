"""`assistant users`: who may sign in at the page. A password is never an argument, which other programs could see."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer

from ..access import READER, ROLES
from ..errors import UsageError
from ..people.conversations import CONVERSATIONS, Conversations
from ..people.keeping import forget_person
from ..people.passwords import check
from ..people.users import Users
from ..settings import Settings
from . import terminal
from .common import Json, show

users_app = typer.Typer(help="Who may sign in at the page, and what they may do.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The user's name.", show_default=False)]
Groups = Annotated[list[str] | None, typer.Option("--group", help="A group; more than one may be given.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, one line, instead of asking.")
]
_ROLE_HELP = f"One of {', '.join(ROLES)}."


@users_app.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option(help=_ROLE_HELP)] = READER,
    group: Groups = None,
    password_stdin: FromStdin = False,
    json_: Json = False,
) -> None:
    """Make a user; the password is asked for."""
    with _users() as users:
        user = users.add(name, _password(name, from_stdin=password_stdin), role, group or ())
    show(user.to_dict(), f"{user.name} may sign in as {user.role}", json_=json_)


@users_app.command(name="list")
def list_(json_: Json = False) -> None:
    """List the users with their roles and groups."""
    with _users() as users:
        everybody = users.all()
    if json_:
        terminal.show_json([user.to_dict() for user in everybody])
        return
    for user in everybody:
        groups = f" · {', '.join(user.groups)}" if user.groups else ""
        terminal.show_lines(
            f"{user.name} · {user.role}{groups} · since {user.made[:10]}{' · disabled' * user.disabled}"
        )
    if not everybody:
        terminal.say("there are no users; 'assistant users add NAME --role admin' makes the first one")


@users_app.command()
def passwd(name: Name, password_stdin: FromStdin = False, json_: Json = False) -> None:
    """Give a user another password, which signs them out everywhere. Tokens stay as they are."""
    with _users() as users:
        users.set_password(name, _password(users.get(name).name, from_stdin=password_stdin))
    show({"name": name}, f"{name} has another password, and is signed out everywhere", json_=json_)


@users_app.command()
def change(
    name: Name,
    role: Annotated[str | None, typer.Option(help=_ROLE_HELP)] = None,
    group: Groups = None,
    no_group: Annotated[bool, typer.Option("--no-group", help="Take all groups away.")] = False,
    disable: Annotated[
        bool | None, typer.Option("--disable/--enable", help="Whether the user is kept from signing in.")
    ] = None,
    json_: Json = False,
) -> None:
    """Give a user another role or other groups, which replace the former ones; it counts at once."""
    if group and no_group:
        raise UsageError("--group and --no-group say opposite things; give one of them")
    if role is None and not group and not no_group and disable is None:
        raise UsageError("nothing to change; give --role, --group, --no-group, --disable or --enable")
    with _users() as users:
        user = users.change(name, role, [] if no_group else group or None, disable)
    groups = ", ".join(user.groups) or "no group"
    told = f"{user.name} is {user.role}, in {groups}{', and may not sign in' * user.disabled}"
    show(user.to_dict(), told, json_=json_)


@users_app.command()
def remove(
    name: Name,
    keep_conversations: Annotated[
        bool, typer.Option("--keep-conversations", help="Keep them for whoever is given this very name later.")
    ] = False,
    json_: Json = False,
) -> None:
    """Remove a user with all they asked and said; restoring a backup does not bring the user back."""
    with _users() as users:
        user = users.get(name)
        users.remove(name)
    gone = 0 if keep_conversations else _forget_conversations(user.name)
    told = f"{user.name} is removed{f', with {gone} conversations' if gone else ''}"
    show({"name": user.name, "conversations": gone}, told, json_=json_)


@users_app.command()
def token(
    name: Name,
    label: Annotated[str, typer.Option(help="What it is for.", show_default=False)],
    days: Annotated[float | None, typer.Option(help="How many days it is good for; for ever by default.")] = None,
    json_: Json = False,
) -> None:
    """Make a token with which a program may do what the user may; it is shown this once."""
    with _users() as users:
        made = users.make_token(name, label, days)
    if json_:
        terminal.show_json({"token": made})
    else:
        terminal.show_lines(made)
    terminal.say("keep it as a password is kept: it is not shown again ('Authorization: Bearer …' sends it)")


@users_app.command()
def tokens(name: Name, json_: Json = False) -> None:
    """List the tokens of a user, without the tokens themselves."""
    with _users() as users:
        found = users.tokens(name)
    if json_:
        terminal.show_json([each.to_dict() for each in found])
        return
    for each in found:
        used = f"last used {each.used.replace('T', ' ')}" if each.used else "never used"
        ends = f" · ends {each.ends[:10]}" if each.ends else ""
        terminal.show_lines(f"{each.token_id} · {each.label} · made {each.made[:10]} · {used}{ends}")


@users_app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(help="An id as 'users tokens' shows it.")], json_: Json = False
) -> None:
    """End a token."""
    with _users() as users:
        users.revoke(token_id)
    show({"token_id": token_id}, f"the token {token_id} is no longer taken", json_=json_)


@users_app.command(name="sign-out")
def sign_out(name: Name, json_: Json = False) -> None:
    """Sign a user out everywhere. Tokens stay as they are."""
    with _users() as users:
        ended = users.sign_out_everywhere(name)
    show({"sessions": ended}, f"{ended} session{'s' * (ended != 1)} ended", json_=json_)


@contextmanager
def _users() -> Iterator[Users]:
    with closing(Users(Settings().state_dir)) as users:
        yield users


def _password(name: str, *, from_stdin: bool) -> str:
    """A new password that is taken. Raises UsageError for one that is not, before it is asked for again."""
    if from_stdin:
        line = sys.stdin.readline().rstrip("\r\n")
        if "\ufffd" in line:  # what stands for bytes that are no text
            raise UsageError("the password is no text in UTF-8; send it as that")
        return line
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask for the password; give --password-stdin and one line")
    given = getpass.getpass(f"Password of {name}: ")
    check(given, name)
    if getpass.getpass("Once more: ") != given:
        raise UsageError("the two passwords differ; nothing was changed")
    return given


def _forget_conversations(name: str) -> int:
    state_dir = Settings().state_dir
    if not (state_dir / CONVERSATIONS).is_file():
        return 0
    with closing(Conversations(state_dir)) as conversations:
        return forget_person(conversations.file, name)
