"""Who may sign in: names, passwords, sessions, tokens, and what of them a backup brings back."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

from assistant.commands.users import users_app
from assistant.errors import AssistantError, SettingsError, TooMany, UsageError
from assistant.people.conversations import Conversations
from assistant.people.passwords import Passwords, WrongPasswords
from assistant.people.users import USERS, Users
from assistant.settings import Settings
from assistant.web.doors import check_doors
from tests.conftest import OpenEngine
from tests.signing_in import PASSWORD, Clock, open_users

HOURS = 12.0
OTHER = "another good password"


class Counting(Passwords):
    """Counts how many hashes are compared."""

    compared = 0

    def fits(self, password: str, kept: str | None) -> bool:
        self.compared += 1
        return super().fits(password, kept)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def users(tmp_path: Path, clock: Clock) -> Iterator[Users]:
    with closing(open_users(tmp_path, clock)) as found:
        yield found


def signed_in(users: Users, name: str = "anna", password: str = PASSWORD) -> str:
    found = users.sign_in(name, password, HOURS)
    assert found
    return found[1]


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_somebody_signs_in_and_is_known_by_the_session_with_role_and_groups(users: Users):
    users.add("Anna", PASSWORD, "editor", ["press", "board"])
    found = users.by_session(signed_in(users, "ANNA"))
    assert found
    assert (found.name, found.roles) == ("Anna", ("editor", "board", "press"))


@pytest.mark.parametrize("name", ["", "  ", "a" * 65, "a\nb\x00", "\u202eanna", "\udcff"])
def test_a_name_that_cannot_be_read_is_not_taken(users: Users, name: str):
    with pytest.raises(UsageError, match="name"):
        users.add(name, PASSWORD)


def test_names_are_one_however_they_are_written(users: Users):
    users.add("Zoë Straße", PASSWORD)
    for name in ("zoe\u0308 strasse", "ZOË  STRASSE", "Ｚoë straße"):
        with pytest.raises(UsageError, match="already"):
            users.add(name, PASSWORD)
        assert users.get(name).name == "Zoë Straße"


@pytest.mark.parametrize(
    ("password", "why"), [("short one", "9 characters"), ("anna anna anna", "is the name"), ("x" * 1025, "more than")]
)
def test_a_weak_password_is_not_taken(users: Users, password: str, why: str):
    with pytest.raises(UsageError, match=why):
        users.add("Anna Anna Anna", password)
    assert users.all() == []


def test_a_password_may_be_anything_that_is_long_and_is_one_however_it_is_composed(users: Users):
    users.add("anna", "ééééééééééééé")
    assert users.sign_in("anna", "e\u0301" * 13, HOURS)


@pytest.mark.parametrize(("role", "group"), [("root", "x"), ("reader", "admin"), ("reader", "a,b"), ("reader", "")])
def test_no_role_is_made_up_and_no_group_is_a_role(users: Users, role: str, group: str):
    with pytest.raises(UsageError):
        users.add("anna", PASSWORD, role, [group])


def test_nothing_that_opens_anything_is_on_the_disk_and_nobody_else_may_read_the_file(users: Users, tmp_path: Path):
    users.add("anna", PASSWORD)
    secrets = [PASSWORD, signed_in(users), users.make_token("anna", "load")]
    assert len(set(secrets)) == 3
    assert not any(secret.encode() in on_disk(tmp_path) for secret in secrets)
    assert b"$argon2id$" in on_disk(tmp_path)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_file_that_others_could_read_is_theirs_no_more(users: Users, tmp_path: Path):
    (tmp_path / USERS).chmod(0o644)
    open_users(tmp_path).close()
    assert (tmp_path / USERS).stat().st_mode & 0o777 == 0o600


def test_an_unknown_name_takes_the_same_work_as_a_known_one(tmp_path: Path):
    passwords = Counting(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with closing(Users(tmp_path, passwords)) as users:
        users.add("anna", PASSWORD)
        users.add("bert", PASSWORD)
        users.change("bert", disabled=True)
        for name in ("anna", "nobody", "bert"):
            before = passwords.compared
            assert users.sign_in(name, OTHER, HOURS) is None
            assert passwords.compared == before + 1
        assert users.sign_in("bert", PASSWORD, HOURS) is None
        assert users.sign_in("nobody", "the password of nobody", HOURS) is None


def test_a_hash_is_made_anew_where_the_parameters_have_changed(tmp_path: Path):
    with closing(open_users(tmp_path)) as users:
        users.add("anna", PASSWORD)
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    with closing(Users(tmp_path, stronger)) as users:
        signed_in(users)
        assert b"m=16,t=2" in on_disk(tmp_path)
        signed_in(users)


def test_a_session_ends_by_itself(users: Users, clock: Clock):
    users.add("anna", PASSWORD)
    session = signed_in(users)
    clock.now += HOURS * 3_600 - 1
    assert users.by_session(session)
    clock.now += 1
    assert users.by_session(session) is None


def test_a_session_ends_when_it_is_signed_out_and_no_other_does(users: Users):
    users.add("anna", PASSWORD)
    one, other = signed_in(users), signed_in(users)
    users.sign_out(one)
    assert users.by_session(one) is None
    assert users.by_session(other)
    assert users.sign_out_everywhere("anna") == 1
    assert users.by_session(other) is None


def test_another_password_ends_all_sessions(users: Users):
    users.add("anna", PASSWORD)
    session = signed_in(users)
    users.set_password("anna", OTHER)
    assert users.by_session(session) is None
    assert users.sign_in("anna", PASSWORD, HOURS) is None
    assert signed_in(users, password=OTHER)


def test_another_role_counts_at_once_in_every_process(users: Users, tmp_path: Path):
    users.add("anna", PASSWORD, "admin", ["board"])
    session = signed_in(users)
    with closing(open_users(tmp_path)) as elsewhere:
        elsewhere.change("anna", "reader", [])
    found = users.by_session(session)
    assert found
    assert found.roles == ("reader",)


def test_who_is_removed_or_disabled_is_out_at_once_with_session_and_token(users: Users):
    for name in ("anna", "bert"):
        users.add(name, PASSWORD)
    held = {name: (signed_in(users, name), users.make_token(name, "x")) for name in ("anna", "bert")}
    users.remove("anna")
    users.change("bert", disabled=True)
    for session, token in held.values():
        assert users.by_session(session) is None
        assert users.by_token(token) is None
    users.change("bert", disabled=False)
    assert users.by_session(held["bert"][0]) is None
    users.add("anna", PASSWORD)
    assert users.by_session(held["anna"][0]) is None
    assert users.by_token(held["anna"][1]) is None


def test_a_token_is_good_until_its_days_are_over_or_it_is_revoked(users: Users, clock: Clock):
    users.add("anna", PASSWORD)
    short, lasting = users.make_token("anna", "short", 2), users.make_token("anna", "lasting")
    assert short.startswith("ba_")
    assert {token.used for token in users.tokens("anna")} == {""}
    assert users.by_token(short)
    assert min(token.used for token in users.tokens("anna")) == ""
    clock.now += 2 * 86_400
    assert users.by_token(short) is None
    found = users.by_token(lasting)
    assert found
    assert found.name == "anna"
    (token_id,) = (token.token_id for token in users.tokens("anna") if token.label == "lasting")
    users.revoke(token_id)
    assert users.by_token(lasting) is None
    with pytest.raises(UsageError, match="no token"):
        users.revoke(token_id)


def test_a_session_is_no_token_and_a_token_no_session(users: Users):
    users.add("anna", PASSWORD)
    session, token = signed_in(users), users.make_token("anna", "x")
    assert users.by_token(session) is None
    assert users.by_session(token) is None
    assert [users.by_session(wrong) for wrong in ("", "x", session + "x", session[:-1], "é" * 43)] == [None] * 5


def test_too_many_wrong_passwords_shut_out_the_right_one_until_it_was_quiet(users: Users):
    users.add("anna", PASSWORD)
    for _ in range(5):
        assert users.sign_in("Anna", OTHER, HOURS, "10.0.0.1") is None
    with pytest.raises(TooMany, match=r"try again in \d+ seconds") as refused:
        users.sign_in("ANNA", PASSWORD, HOURS, "10.0.0.1")
    assert 0 < refused.value.wait <= 300
    assert users.sign_in("anna", PASSWORD, HOURS, "10.0.0.2")


def test_right_passwords_are_not_counted(users: Users):
    users.add("anna", PASSWORD)
    for _ in range(40):
        assert users.sign_in("anna", PASSWORD, HOURS, "10.0.0.1")


def test_one_address_may_not_try_many_names_nor_one_name_be_tried_from_many_addresses():
    wrong = WrongPasswords(here=(2, 300), address=4, name=(3, 3_600))
    for number in range(4):
        wrong.check(f"user{number}", "2001:db8::1")
        wrong.count(f"user{number}", f"2001:db8::{number}")  # one customer has all of these
    with pytest.raises(TooMany):
        wrong.check("anybody", "2001:db8::ffff")
    for number in range(3):
        wrong.check("anna", f"10.0.0.{number}")
        wrong.count("anna", f"10.0.0.{number}")
    with pytest.raises(TooMany):
        wrong.check("anna", "10.0.0.9")


def test_however_many_sign_in_at_once_only_two_passwords_are_compared_at_a_time(tmp_path: Path):
    class Watching(PasswordHasher):
        now, most, turn = 0, 0, threading.Lock()

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - the name argon2 gives it
            with self.turn:
                self.now += 1
                self.most = max(self.most, self.now)
            try:
                return super().verify(hash, password)
            finally:
                with self.turn:
                    self.now -= 1

    hasher = Watching(time_cost=1, memory_cost=1_024, parallelism=1)
    with closing(Users(tmp_path, Passwords(hasher), WrongPasswords(here=(5, 300)))) as users:
        users.add("anna", PASSWORD)
        refused: list[object] = []

        def try_once() -> None:
            try:
                refused.append(users.sign_in("anna", OTHER, HOURS, "10.0.0.1"))
            except TooMany as error:
                refused.append(error)

        threads = [threading.Thread(target=try_once) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert hasher.most <= 2
    assert refused.count(None) <= 6  # five, and one that was under way


def test_a_backup_has_who_may_sign_in_and_their_tokens_and_no_session(users: Users, tmp_path: Path):
    users.add("anna", PASSWORD, "admin", ["board"])
    session, token = signed_in(users), users.make_token("anna", "x")
    users.copy_to(tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT count(*) FROM sessions").fetchone() == (0,)
    with closing(open_users(tmp_path / "anew")) as anew:
        anew.bring_back(tmp_path / "copy")
        assert anew.get("anna").roles == ("admin", "board")
        assert anew.by_token(token)
        assert anew.by_session(session) is None
        assert signed_in(anew)


def test_who_is_here_stays_as_they_are_and_who_was_removed_stays_removed(users: Users, tmp_path: Path):
    for name in ("anna", "bert", "carl"):
        users.add(name, PASSWORD, "admin")
    session, token = signed_in(users, "bert"), users.make_token("bert", "x")
    users.copy_to(tmp_path / "copy")
    users.change("anna", "reader")
    users.remove("bert")
    users.bring_back(tmp_path / "copy")
    assert [(user.name, user.role) for user in users.all()] == [("anna", "reader"), ("carl", "admin")]
    assert users.by_session(session) is None
    assert users.by_token(token) is None


def test_users_travel_in_the_assistants_own_backup(settings: Settings, open_engine: OpenEngine, tmp_path: Path):
    with closing(open_users(settings.state_dir)) as users:
        users.add("anna", PASSWORD)
        session = signed_in(users)
        engine = open_engine()
        engine.backup(tmp_path / "all.tar", lambda _: None)
        assert (tmp_path / "all.tar").stat().st_mode & 0o077 == 0
        engine.close()
    (settings.state_dir / USERS).unlink()
    open_engine().restore_backup(tmp_path / "all.tar", lambda _: None)
    assert not (settings.state_dir / "restoring").exists()
    with closing(open_users(settings.state_dir)) as users:
        assert [user.name for user in users.all()] == ["anna"]
        assert users.by_session(session) is None


def test_a_damaged_file_lets_nobody_in(settings: Settings):
    settings.state_dir.mkdir()
    (settings.state_dir / USERS).write_bytes(b"no database at all" * 100)
    with pytest.raises(AssistantError, match="damaged"):
        open_users(settings.state_dir)


@pytest.mark.parametrize(
    "given",
    [{"host": "::"}, {"host": "192.168.1.7"}, {"host": "briefings"}, {"allowed_hosts": "briefings.example"}],
)
def test_the_page_is_not_opened_to_others_by_mistake(settings: Settings, given: dict[str, str]):
    opened = settings.model_copy(update=given)
    with pytest.raises(SettingsError, match=r"sign_in = true .* open_to_anyone = true"):
        check_doors(opened)
    check_doors(opened.model_copy(update={"open_to_anyone": True}))
    with pytest.raises(SettingsError, match="assistant users add"):
        check_doors(opened.model_copy(update={"sign_in": True}))
    with closing(open_users(settings.state_dir)) as users:
        users.add("anna", PASSWORD)
    check_doors(opened.model_copy(update={"sign_in": True}))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_a_page_for_this_machine_needs_no_sign_in(settings: Settings, host: str):
    check_doors(settings.model_copy(update={"host": host}))


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(settings.state_dir))
    monkeypatch.setenv("ASSISTANT_CORPUS_DIR", str(settings.corpus_dir))
    return CliRunner()


def test_the_command_line_makes_changes_and_removes_users(run: CliRunner, settings: Settings):
    def said(*arguments: str, password: str = "") -> str:
        done = run.invoke(users_app, arguments, input=f"{password}\n", catch_exceptions=False)
        assert done.exit_code == 0
        return done.stdout

    said("add", "Anna", "--role", "editor", "--group", "board", "--password-stdin", password=PASSWORD)
    assert said("list").startswith("Anna · editor · board · since")
    listed = said("list", "--json")
    assert '"role": "editor"' in listed
    assert "argon2" not in listed
    assert "hash" not in listed
    token = said("token", "anna", "--label", "load test", "--days", "3").strip()
    assert "load test" in said("tokens", "anna")
    assert token not in said("tokens", "anna", "--json")
    with (
        closing(open_users(settings.state_dir, time.time)) as users,
        closing(Conversations(settings.state_dir, "Anna")) as kept,
    ):
        kept.begin("what?")
        assert users.by_token(token)
        said("revoke", users.tokens("anna")[0].token_id)
        assert users.by_token(token) is None
        said("change", "anna", "--role", "reader", "--no-group")
        assert users.get("anna").roles == ("reader",)
        session = signed_in(users)
        said("sign-out", "anna")
        assert users.by_session(session) is None
        said("passwd", "anna", "--password-stdin", password=OTHER)
        assert signed_in(users, password=OTHER)
        said("remove", "anna")
        assert users.all() == []
        assert kept.find() == []


@pytest.mark.parametrize(("arguments", "left"), [((), []), (("--keep-conversations",), ["what?"])])
def test_what_a_removed_user_asked_goes_too_unless_it_is_to_be_kept(
    run: CliRunner, settings: Settings, arguments: tuple[str, ...], left: list[str]
):
    with closing(open_users(settings.state_dir)) as users:
        users.add("anna", PASSWORD)
    with closing(Conversations(settings.state_dir, "anna")) as kept:
        kept.begin("what?")
        assert run.invoke(users_app, ["remove", "anna", *arguments], catch_exceptions=False).exit_code == 0
        assert [each.name for each in kept.find()] == left


def test_a_password_is_no_argument_and_is_asked_for_where_there_is_a_terminal(run: CliRunner):
    assert "--password " not in run.invoke(users_app, ["add", "--help"]).output
    asked = run.invoke(users_app, ["add", "anna"], input=f"{PASSWORD}\n")
    assert isinstance(asked.exception, UsageError)
    assert "--password-stdin" in str(asked.exception)


def test_when_a_token_was_last_used_is_known_to_the_minute(users: Users, clock: Clock):
    users.add("anna", PASSWORD)
    token = users.make_token("anna", "x")
    seen = []
    for later in (0, 120, 0):
        clock.now += later
        assert users.by_token(token)
        seen.append(users.tokens("anna")[0].used)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", seen[0])
    assert seen[0] < seen[1] == seen[2]
