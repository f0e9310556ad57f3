"""Who gets into the page, what each may do there by requests made by hand, and what nobody gets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse

from assistant.api import Assistant
from assistant.formats.parsing import Parser
from assistant.people.passwords import WrongPasswords
from assistant.people.users import Users
from assistant.service.engine import Engine
from assistant.settings import Settings
from assistant.web.gate import Owners
from assistant.web.health import OPEN
from assistant.web.server import application
from assistant.web.signing_in import _here, session_of, token_of
from tests.conftest import article
from tests.fakes import WordEmbedder
from tests.signing_in import HOME, PASSWORD, Clock, Visitor, every_route, open_users

SECRET = "Borealis buys the mine of Ruk."
FILLED = {
    "session_hash": "s",
    "document_id": "d",
    "conversation_id": "c",
    "path_or_url:path": "etc/passwd",
    "path:path": "x",
    "url_path:path": "x",
}


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    place = tmp_path_factory.mktemp("sign-in")
    article(place / "corpus", "port.md", "Acme owns the port of Halden.", title="Port")
    article(place / "corpus", "board/mine.md", SECRET, title="Mine")
    return Settings(
        corpus_dir=place / "corpus",
        data_dir=place / "index",
        state_dir=place / "state",
        cache_dir=place / "cache",
        llm="extractive",
        sign_in=True,
        collections={"board": ("board",)},
    )


@pytest.fixture(scope="module")
def users(settings: Settings, clock: Clock) -> Iterator[Users]:
    found = open_users(settings.state_dir, clock, WrongPasswords(here=(2, 300)))
    for name, role, groups in (("rita", "reader", []), ("edda", "editor", []), ("anna", "admin", [])):
        found.add(name, PASSWORD, role, groups)
    found.add("bodo", PASSWORD, "reader", ["board"])
    yield found
    found.close()


@pytest.fixture(scope="module")
def assistant(settings: Settings, parser: Parser) -> Iterator[Assistant]:
    engine = Engine(settings, WordEmbedder(), None, parser=parser)
    yield Assistant(engine, settings)
    engine.close()


@pytest.fixture(scope="module")
def client(assistant: Assistant, users: Users) -> Iterator[TestClient]:
    with TestClient(application(assistant, users), base_url=HOME, follow_redirects=False) as found:
        yield found


@pytest.fixture
def visitor(client: TestClient) -> Visitor:
    return Visitor(client)


def as_(client: TestClient, name: str) -> Visitor:
    found = Visitor(client)
    assert found.sign_in(name).status_code == 303
    return found


def ids(assistant: Assistant) -> dict[str, str]:
    return {document.title: document.document_id for document in assistant.documents()}


def the_corpus(settings: Settings) -> list[tuple[str, bytes]]:
    return sorted((str(path), path.read_bytes()) for path in settings.corpus_dir.rglob("*") if path.is_file())


def test_every_route_is_closed_to_who_is_not_signed_in(client: TestClient):
    walked = 0
    for path, route in every_route(client.app):  # type: ignore[arg-type]
        filled = re.sub(r"\{([^}]+)\}", lambda name: FILLED.get(name[1], "x"), path) or "/"
        if isinstance(route, WebSocketRoute):
            with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect(filled):
                pass
            assert denied.value.status_code == 403
        if path in OPEN:
            continue
        for method in {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", *(getattr(route, "methods", None) or ())}:
            answer = Visitor(client).send(method, filled)
            assert (answer.status_code, answer.text) in (
                (401, ""),
                (401, "you are not signed in; sign in at /sign-in, or send a token"),
            ), (method, filled)
            walked += 1
        assert Visitor(client, accept="text/html").get(filled).headers["location"].startswith("/sign-in")
    assert walked > 6 * 40


def test_the_walk_finds_the_routes_that_matter(client: TestClient):
    paths = {path for path, _ in every_route(client.app)}  # type: ignore[arg-type]
    assert len(paths) > 40
    assert paths > {"/", "/config", "/articles/{document_id}", "/backups/{backup_id}"}
    assert paths > {"/api/ask", "/api/openapi.json", "/v1/chat/completions", "/metrics", *OPEN}
    assert paths > {f"/gradio_api/{name}" for name in ("queue/join", "queue/data", "upload", "file={path_or_url:path}")}


def test_a_socket_is_closed_too(client: TestClient):
    with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect("/gradio_api/queue/join"):
        pass
    assert denied.value.status_code == 403


def test_a_person_is_led_to_the_form_and_back_to_where_they_wanted(client: TestClient):
    person = Visitor(client, accept="text/html")
    sent = person.get("/articles/x?start=3&end=9")
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=%2Farticles%2Fx%3Fstart%3D3%26end%3D9")
    form = person.get(sent.headers["location"])
    assert 'value="/articles/x?start=3&amp;end=9"' in form.text
    assert "<script" not in form.text
    assert "script-src" not in form.headers["content-security-policy"]
    assert "default-src 'none'" in form.headers["content-security-policy"]
    assert form.headers["cache-control"] == "no-store"
    back = person.sign_in("rita", next="/articles/x?start=3&end=9")
    assert back.headers["location"] == "/articles/x?start=3&end=9"
    assert person.get("/articles/x?start=3&end=9").status_code == 404  # which is the page's own answer


@pytest.mark.parametrize(
    "path",
    [
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
        "/sign-out",
        "/sign-in?next=/",
        "evil.example",
        "/ /evil.example",
    ],
)
def test_signing_in_leads_to_no_other_site(path: str):
    assert _here(path) == "/"


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_over_https_from_plain_http(client: TestClient):
    set_ = Visitor(client).sign_in("rita").headers["set-cookie"]
    assert set_.startswith("assistant-session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(set_.split("; "))
    assert "Domain" not in set_
    secure = Visitor(client, Origin="https://localhost").post(
        "https://localhost/sign-in", data={"name": "rita", "password": PASSWORD}
    )
    assert secure.headers["set-cookie"].startswith("__Host-assistant-session=")
    assert "Secure" in secure.headers["set-cookie"].split("; ")


def test_a_session_of_somebody_else_is_never_taken_over_by_signing_in(client: TestClient, users: Users):
    attacker, victim = as_(client, "rita"), Visitor(client)
    planted = attacker.cookies["assistant-session"]
    victim.cookies = {"assistant-session": planted}
    victim.sign_in("anna")
    assert victim.cookies["assistant-session"] != planted
    assert users.by_session(planted) is None
    victim.cookies = {"assistant-session": "x" * 43}
    victim.sign_in("anna")
    assert users.by_session("x" * 43) is None


def test_a_cookie_that_was_tampered_with_or_stands_twice_opens_nothing(client: TestClient):
    session = as_(client, "rita").cookies["assistant-session"]
    right = f"assistant-session={session}"
    assert Visitor(client).get("/config", headers={"Cookie": right}).status_code == 200
    for cookie in (
        right[:-1],
        right + "x",
        f"{right}; {right}",
        f"assistant-session=; {right}",
        f"a=b;{right};{right}x",
    ):
        assert Visitor(client).get("/config", headers={"Cookie": cookie}).status_code == 401
    assert Visitor(client).get("/config", headers={"Cookie": f"__Host-{right}"}).status_code == 401


def test_a_session_ends_while_the_page_is_open(client: TestClient, users: Users, clock: Clock):
    rita, bodo = as_(client, "rita"), as_(client, "bodo")
    assert rita.get("/config").status_code == 200
    users.set_password("rita", PASSWORD)
    assert rita.get("/config").status_code == 401
    clock.now += 12 * 3_600
    assert bodo.get("/config").status_code == 401


def test_signing_out_ends_the_session_and_its_answers_are_kept_by_no_browser(client: TestClient, users: Users):
    rita = as_(client, "rita")
    session = rita.cookies["assistant-session"]
    for path in ("/", "/config", "/articles/x"):
        assert rita.get(path).headers["cache-control"] == "no-store"
    out = rita.post("/sign-out")
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert users.by_session(session) is None
    assert rita.get("/sign-out").status_code == 401
    again = rita.post("/sign-out", headers={"accept": "text/html"})  # of a page that stayed open
    assert (again.status_code, again.headers["location"]) == (303, "/sign-in")


def test_somebody_who_is_removed_or_has_other_roles_is_so_at_the_next_request(client: TestClient, users: Users):
    users.add("udo", PASSWORD, "admin")
    udo = as_(client, "udo")
    assert "backups/" in udo.event("_backed_up")
    users.change("udo", "reader")
    assert "takes the role admin" in udo.event("_backed_up")
    users.remove("udo")
    assert udo.post("/gradio_api/queue/join", json={}).status_code == 401


def test_wrong_passwords_are_told_in_words_and_bounded(client: TestClient, visitor: Visitor, users: Users):
    users.add("wim", PASSWORD)
    for _ in range(2):
        wrong = visitor.sign_in("wim", "a wrong password")
        assert (wrong.status_code, "Name or password is wrong." in wrong.text) == (401, True)
        assert "a wrong password" not in wrong.text
    refused = visitor.sign_in("WIM")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 300
    assert re.search(r"try again in \d+ seconds", refused.text)
    assert "set-cookie" not in refused.headers
    unknown = visitor.sign_in("nobody", "a wrong password")
    assert (unknown.status_code, "Name or password is wrong." in unknown.text) == (401, True)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{}", "application/json"),
        (b"name=%ff%fe&password=x" + b"&x" * 20, "application/x-www-form-urlencoded"),
        (b"name=" + b"x" * 20_000, "application/x-www-form-urlencoded"),
        (b"", "multipart/form-data; boundary=x"),
    ],
)
def test_what_is_no_form_is_not_read(visitor: Visitor, content: bytes, kind: str):
    assert visitor.post("/sign-in", content=content, headers={"Content-Type": kind}).status_code == 400


def test_the_form_shows_what_was_filled_in_as_text(visitor: Visitor):
    shown = visitor.sign_in('"><script>x</script>', "").text
    assert "<script" not in shown
    assert "Give your name and your password." in shown


def test_what_changes_something_by_cookie_has_to_come_from_the_page(client: TestClient):
    rita = as_(client, "rita")
    bare = Visitor(client)
    bare._headers, bare.cookies = {}, rita.cookies
    for path in ("/gradio_api/queue/join", "/gradio_api/upload", "/sign-out"):
        assert bare.post(path).status_code == 403
        for site in ("cross-site", "same-site", "none"):
            assert bare.post(path, headers={"Sec-Fetch-Site": site}).status_code == 403
            assert bare.post(path, headers={"Sec-Fetch-Site": site, "Origin": HOME}).status_code == 403
        assert bare.post(path, headers={"Origin": "http://evil.example"}).status_code == 403
    assert bare.get("/config").status_code == 200
    assert bare.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_a_token_stands_in_place_of_the_cookie_whether_it_is_right_or_not(client: TestClient, users: Users):
    token = users.make_token("rita", "test")
    program = Visitor(client)
    program._headers = {"Authorization": f"Bearer {token}"}
    assert program.get("/config").status_code == 200
    assert program.post("/gradio_api/queue/join", json={}).status_code == 400  # no Origin is needed
    anna = as_(client, "anna")
    assert anna.get("/config", headers={"Authorization": "Bearer ba_wrong"}).status_code == 401
    assert anna.get("/config", headers={"Authorization": "Basic eDp5"}).status_code == 200  # of a proxy before the page
    assert "takes the role admin" in _event_of(anna, token, "_check_all")


def _event_of(visitor: Visitor, token: str, name: str) -> str:
    visitor._headers |= {"Authorization": f"Bearer {token}"}
    return visitor.event(name, tab="tokens")


@pytest.mark.parametrize(
    "lines",
    [
        [("authorization", "Bearer ba_a"), ("authorization", "Bearer ba_b")],
        [("authorization", "Basic x"), ("authorization", "Bearer ba_b")],
        [("authorization", "Bearer")],
    ],
)
def test_two_tokens_are_none(lines: list[tuple[str, str]]):
    sent = Headers(raw=[(name.encode(), value.encode()) for name, value in lines])
    assert token_of(sent) in ("", "Bearer")


def test_two_cookie_lines_with_a_session_each_are_none():
    raw = [(b"cookie", b"assistant-session=a"), (b"cookie", b"assistant-session=b")]
    assert session_of(Headers(raw=raw), secure=False) == ""


def test_nobody_says_who_they_are_by_a_header(client: TestClient, visitor: Visitor):
    for header in ("X-User", "X-Forwarded-User", "Remote-User", "X-Remote-User"):
        assert visitor.get("/config", headers={header: "anna"}).status_code == 401


def test_a_reader_changes_nothing_by_any_event_of_the_page(
    client: TestClient, assistant: Assistant, settings: Settings
):
    rita, before = as_(client, "rita"), the_corpus(settings)
    known = ids(assistant)
    asked = {"title": "x", "turn": "1", "conversation": "c", "column": "title", "question": "x"}
    form = {"title": ["Other"], "words": ["x"], "name": ["x"]}
    for number, event in enumerate(rita.events()):
        document_id = known["Mine" if number % 2 else "Port"]
        data: list[Any] = [None] * len(event["inputs"])
        told = rita.event(event["api_name"], data, document=document_id, form=form, **asked)
        body = {"data": data, "fn_index": event["id"], "session_hash": "direct"}
        more = {"event_data": {"document": known["Port"], "form": form, **asked}}
        told += rita.post("/gradio_api/run/predict", json=body | more).text
        assert SECRET not in told
        assert "board/mine.md" not in told
    assert the_corpus(settings) == before
    assert ids(assistant) == known
    assert assistant.removed() == []


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("_remove", "editor"),
        ("_restore", "editor"),
        ("_synced", "editor"),
        ("_check_all", "admin"),
        ("_check_and_repair", "admin"),
        ("_backed_up", "admin"),
    ],
)
def test_what_a_role_does_not_allow_is_refused_in_words(client: TestClient, assistant: Assistant, name: str, role: str):
    ladder = ["rita", "edda", "anna"]
    for person in ladder[: ("editor", "admin").index(role) + 1]:
        told = as_(client, person).event(name, [None], document="no such id", title="x")
        assert f"takes the role {role}" in told
    if "check" not in name:  # which would wait for the process that holds the index
        told = as_(client, "anna").event(name, [None], document="no such id", title="x")
        assert "takes the role" not in told


def test_an_editor_removes_and_brings_back_what_they_may_see_and_nothing_else(client: TestClient, assistant: Assistant):
    edda, known = as_(client, "edda"), ids(assistant)
    assert "no document" in edda.event("_remove", [None], document=known["Mine"], title="Mine").lower()
    assert ids(assistant) == known
    assert "Removed" in edda.event("_remove", [None], document=known["Port"], title="Port")
    assert set(ids(assistant)) == {"Mine"}
    assert "It is back" in edda.event("_restore", [None], document=known["Port"])
    assert ids(assistant) == known


def test_each_sees_the_articles_of_their_groups_alone(client: TestClient, assistant: Assistant):
    mine = ids(assistant)["Mine"]
    for name, sees in (("rita", False), ("edda", False), ("bodo", True), ("anna", True)):
        visitor = as_(client, name)
        assert visitor.get(f"/articles/{mine}").status_code == (200 if sees else 404)
        listed = visitor.event("_list", [None])
        assert ("board/mine.md" in listed) == sees
        visitor.event("arrive")
        answered = visitor.event("ask", ["who buys the mine of Ruk?", None, 0, ""])
        assert ("Borealis" in answered) == sees


def test_controls_are_shown_to_who_may_use_them(client: TestClient):
    def shown(name: str) -> list[Any]:
        told = json.loads(as_(client, name).event("shown_to").removeprefix("data: "))
        return [part.get("visible") if isinstance(part, dict) else bool(part) for part in told["output"]["data"]]

    # adding, collection, formats, upkeep, check, repair, backup, restore
    assert shown("rita") == [False, True, False, False, False, False, False, False]
    assert shown("edda") == [True, True, True, True, False, False, False, False]
    assert shown("anna") == [True] * 8
    assert "board" not in as_(client, "edda").event("shown_to")
    assert "board" in as_(client, "anna").event("shown_to")


def uploaded(visitor: Visitor, name: str, text: bytes) -> str:
    answer = visitor.post("/gradio_api/upload", files={"files": (name, text)})
    assert answer.status_code == 200
    return str(answer.json()[0])


def file_data(path: str) -> dict[str, Any]:
    return {"path": path, "orig_name": Path(path).name, "meta": {"_type": "gradio.FileData"}}


def test_an_editor_adds_an_upload_of_theirs_to_a_collection_that_they_see(
    client: TestClient, assistant: Assistant, settings: Settings
):
    anna, edda = as_(client, "anna"), as_(client, "edda")
    path = uploaded(anna, "new.md", b"Zephyr owns the quay of Tarn.")
    assert "somebody else" in edda.event("_take", [[file_data(path)], "", None])
    anna.event("shown_to")
    anna.event("_take", [[file_data(path)], "board", None])
    assert (settings.corpus_dir / "board" / "new.md").is_file()
    own = uploaded(edda, "pier.md", b"Acme owns the pier of Halden.")
    told = edda.event("_take", [[file_data(own)], "board", None])
    assert not (settings.corpus_dir / "board" / "pier.md").exists(), told
    for each in ("new", "pier"):
        for found in settings.corpus_dir.rglob(f"{each}.md"):
            found.unlink()
    assistant.sync()


def test_a_reader_uploads_nothing_and_the_same_bytes_are_everybodys_own(client: TestClient, settings: Settings):
    assert as_(client, "rita").post("/gradio_api/upload", files={"files": ("x.md", b"x")}).status_code == 403
    anna, edda = as_(client, "anna"), as_(client, "edda")
    one, other = uploaded(anna, "same.md", b"same"), uploaded(edda, "same.md", b"same")
    for visitor, path in ((anna, one), (edda, other)):
        assert "somebody else" not in visitor.event("_take", [[file_data(path)], "nowhere", None])


def test_no_file_is_served_by_gradio_and_a_backup_to_admins_only(client: TestClient, settings: Settings):
    anna = as_(client, "anna")
    path = uploaded(anna, "x.md", b"x")
    for route in (f"file={path}", f"file/{path}", "proxy=http://localhost/", "api/ask", "call/ask", "stream/x", "info"):
        assert anna.get(f"/gradio_api/{route}").status_code == 404
    for route in ("run/ask", "api/ask", "call/ask", "call/v2/ask", "component_server", "cancel", "reset"):
        assert anna.post(f"/gradio_api/{route}", json={"session_hash": "x", "data": []}).status_code == 404
    (made,) = re.findall(r"backups/([\w-]+)", anna.event("_backed_up"))
    fetched = anna.get(f"/backups/{made}")
    assert fetched.status_code == 200
    assert b"corpus/board/mine.md" in fetched.content
    assert fetched.headers["cache-control"] == "no-store"
    for name in ("rita", "edda"):
        assert as_(client, name).get(f"/backups/{made}").status_code == 403
    assert anna.get("/backups/other").status_code == 404


def test_a_tab_belongs_to_who_named_it_first(client: TestClient):
    anna, rita = as_(client, "anna"), as_(client, "rita")
    assert "anna" in anna.event("name", tab="shared")
    assert "somebody else" in rita.event("name", tab="shared")
    assert rita.get("/gradio_api/queue/data?session_hash=shared").status_code == 403
    assert rita.get("/gradio_api/queue/data?session_hash=own&session_hash=shared").status_code == 403
    assert rita.get("/gradio_api/heartbeat/shared").status_code == 403
    assert rita.get("/gradio_api/queue/data").status_code == 403
    assert "anna" in anna.event("name", tab="shared")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"data": [], "fn_index": 1}',
        b'{"data": [], "fn_index": 1, "session_hash": 7}',
        b'{"data": [], "fn_index": 1, "session_hash": "a b"}',
        b'{"data": [], "fn_index": 1, "session_hash": "mine", "session_hash": "shared"}',
        b'{"data": [], "fn_index": 1, "session_hash": "mine", "batched": true}',
        b"[" * 100_000,
    ],
)
def test_an_event_that_does_not_say_plainly_whose_tab_it_is_of_is_refused(client: TestClient, body: bytes):
    answer = as_(client, "rita").post("/gradio_api/queue/join", content=body)
    assert answer.status_code == 400


def test_too_much_is_not_read(client: TestClient):
    assert as_(client, "rita").post("/gradio_api/queue/join", content=b" " * 4_100_000).status_code == 413


def test_conversations_are_of_one_person(client: TestClient, assistant: Assistant):
    edda, rita = as_(client, "edda"), as_(client, "rita")
    edda.event("arrive")
    told = edda.event("ask", ["who owns the port of Halden?", None, 0, ""])
    (kept,) = {each.conversation_id for each in assistant.as_user("edda").conversations.find("port")}
    assert "Acme" in told
    assert "Acme" in edda.get(f"/conversations/{kept}/text?turn=1").text
    for kind in ("text?turn=1", "markdown", "print"):
        assert rita.get(f"/conversations/{kept}/{kind}").status_code == 404
    assert "Acme" not in rita.event("open", [""], conversation=kept)


def test_an_answer_is_not_shown_once_its_articles_may_not_be_seen(
    client: TestClient, assistant: Assistant, users: Users
):
    users.add("gast", PASSWORD, "reader", ["board"])
    guest = as_(client, "gast")
    guest.event("arrive")
    guest.event("ask", ["who buys the mine of Ruk?", None, 0, ""])
    (kept,) = {each.conversation_id for each in assistant.as_user("gast").conversations.find()}
    assert "Borealis" in guest.get(f"/conversations/{kept}/markdown").text
    users.change("gast", groups=[])
    assert "Borealis" not in guest.event("open", [""], conversation=kept)
    for kind in ("text?turn=1", "markdown", "print"):
        told = guest.get(f"/conversations/{kept}/{kind}").text
        assert "Borealis" not in told
        assert "may not see" in told


def test_what_somebody_named_is_bounded_for_each_and_forgotten_in_turn():
    owners = Owners(at_most=2)
    assert owners.take("a", "anna")
    assert [owners.take(str(number), "rita") for number in range(5)] == [True] * 5
    assert owners.take("0", "anna")  # which rita has forgotten
    assert not owners.take("a", "rita")
    assert owners.has("a", "anna")
    assert not owners.has("4", "anna")
    assert len(owners._owner) == 4


def test_telemetry_run_history_and_tools_for_models_stay_off(client: TestClient):
    anna = as_(client, "anna")
    config = anna.get("/config").json()
    assert not config.get("run_history_enabled")
    assert not config.get("mcp_server")
    assert not config.get("analytics_enabled")
    assert not any("/mcp" in path for path, _ in every_route(client.app))  # type: ignore[arg-type]
    for path in ("/gradio_api/runs", "/gradio_api/mcp/", "/monitoring", "/login", "/logout"):
        assert anna.get(path).status_code == 404
