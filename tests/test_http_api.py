"""The HTTP API as programs use it: real requests to the real server, and the openai package as a client of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import openai
import pytest
import schemathesis
from hypothesis import HealthCheck, given

from assistant.api import Assistant
from assistant.formats.parsing import Parser
from assistant.people.users import Users
from assistant.records import Answer
from assistant.service.engine import Engine
from assistant.settings import Settings
from assistant.web.http_bodies import MOST_BYTES
from assistant.web.server import application
from tests.conftest import OpenEngine, article
from tests.fakes import WordEmbedder, held
from tests.hostile import serving_here
from tests.signing_in import PASSWORD
from tests.waiting import await_for

QUESTION = "who owns the port of Halden?"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    place = tmp_path_factory.mktemp("http")
    article(place / "corpus", "port.md", "Acme owns the port of Halden.", title="Port", published="2026-03-04")
    article(place / "corpus", "mine.md", "Borealis owns the mine of Ruk.", title="Mine", published="2026-05-01")
    article(place / "corpus", "board/pay.md", "Delft owns the dam of Orr.", title="Dam")
    names = {name: place / name for name in ("corpus", "data", "state", "cache")}
    return Settings(
        **{f"{name}_dir": path for name, path in names.items()},
        llm="extractive",
        max_file_bytes=100_000,
        collections={"board": ("board",)},
    )


@pytest.fixture(scope="module")
def engine(settings: Settings, parser: Parser) -> Iterator[Engine]:
    found = Engine(settings, WordEmbedder(), None, parser=parser)
    yield found
    found.close()


@pytest.fixture(scope="module")
def client(engine: Engine, settings: Settings) -> Iterator[httpx.Client]:
    with (
        serving_here(application(Assistant(engine, settings)), guarded=True) as host,
        httpx.Client(base_url=f"http://{host}", timeout=60) as found,
    ):
        yield found


def told(client: httpx.Client, **body: Any) -> list[tuple[str, Any]]:
    """The events of a streamed answer."""
    with client.stream("POST", "/api/ask", json={"stream": True, **body}) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        text = "".join(answer.iter_text())
    events = [block.split("\n") for block in text.strip().split("\n\n")]
    return [(first.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for first, data in events]


def test_an_answer_is_that_of_python(client: httpx.Client, engine: Engine, settings: Settings):
    found = Answer.from_dict(client.post("/api/ask", json={"question": QUESTION}).json() | {"seal": None})
    here = Assistant(engine, settings).ask(QUESTION)
    assert (found.text, found.citations, found.answered) == (here.text, here.citations, True)
    assert found.citations[0].quote == "Acme owns the port of Halden."


def test_a_follow_up_and_filters_are_understood(client: httpx.Client):
    history = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "Acme owns it [1]."}]
    asked = client.post("/api/ask", json={"question": "and the mine of Ruk?", "history": history}).json()
    assert "Borealis" in asked["text"]
    earlier = client.post(
        "/api/ask", json={"question": "who owns the mine of Ruk?", "filters": {"as_of": "2026-04-01"}}
    )
    assert earlier.json()["answered"] is False


def test_a_streamed_answer_comes_in_the_events_of_python(client: httpx.Client):
    events = told(client, question=QUESTION)
    names = [name for name, _ in events]
    assert (names[0], names[-1]) == ("retrieved", "done")
    assert set(names[1:-1]) == {"text"}
    assert "".join(data["piece"] for name, data in events if name == "text") == events[-1][1]["text"]


def test_passages_are_found(client: httpx.Client):
    found = client.post("/api/search", json={"question": QUESTION, "k": 1}).json()["passages"]
    assert [passage["title"] for passage in found] == ["Port"]


def test_articles_are_listed_read_added_and_removed(client: httpx.Client):
    listed = client.get("/api/documents").json()["documents"]
    assert {document["title"] for document in listed} == {"Port", "Mine", "Dam"}
    sent = client.post("/api/documents", files={"file": ("ferry.md", b"# Ferry\n\nThe ferry of Lonn has 14 cabins.")})
    (document_id,) = sent.json()["added"]
    assert "14 cabins" in client.get(f"/api/documents/{document_id}").json()["text"]
    assert "14" in client.post("/api/ask", json={"question": "how many cabins has the ferry of Lonn?"}).json()["text"]
    assert client.delete(f"/api/documents/{document_id}").json()["removed"] == [document_id]
    gone = client.get(f"/api/documents/{document_id}")
    assert (gone.status_code, gone.json()["error"]) == (404, "UnknownDocument")


def test_a_part_of_the_list_of_articles_is_taken_with_how_many_there_are(client: httpx.Client):
    everything = client.get("/api/documents").json()
    assert everything["total"] == len(everything["documents"])
    parts = [client.get(f"/api/documents?limit=1&offset={at}").json() for at in range(everything["total"] + 1)]
    assert [document for part in parts for document in part["documents"]] == everything["documents"]
    assert {part["total"] for part in parts} == {everything["total"]}
    assert client.get("/api/documents?limit=0").status_code == 422


@pytest.mark.parametrize(
    ("body", "status", "names"),
    [
        ({"question": " "}, 400, "the question is empty"),
        ({"question": "x" * 99_999}, 400, "over the limit"),
        ({"question": "x", "histroy": []}, 422, "histroy"),
        ({}, 422, "question"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_asked_is_told_in_a_line(
    client: httpx.Client, body: dict[str, Any], status: int, names: str, stream: bool
):
    answer = client.post("/api/ask", json={**body, "stream": stream})
    assert answer.status_code == status
    assert names in answer.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/ask", b'{"question": NaN}'),
        ("/api/ask", b'{"question": "x", "filters": {"sources": ["\\ud800"]}}'),
        ("/api/search", b'{"question": "x", "k": Infinity}'),
        *((path, b"[" * 100_000) for path in ("/api/ask", "/v1/chat/completions")),
        *((path, b'{"question": "caf\xe9"}') for path in ("/api/ask", "/v1/chat/completions")),
        ("/v1/chat/completions", b'{"messages": Infinity}'),
        ("/api/documents", b"x"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_in_a_line_and_not_repeated(client: httpx.Client, path: str, body: bytes):
    answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    message = answer.json()["error"]["message"] if path.startswith("/v1/") else answer.json()["message"]
    assert 0 < len(message) < 200
    assert "\n" not in message


def test_a_question_with_what_is_no_letter_is_read_without_it(client: httpx.Client):
    for hole in ("\\u0000", "\\ud800", "\\u001b[2J", "\\ufeff"):
        before = f'[{{"role": "user", "content": "{hole}"}}]'
        body = f'{{"question": "{hole} who owns the port of Halden?", "history": {before}}}'
        answer = client.post("/api/ask", content=body, headers={"Content-Type": "application/json"})
        assert answer.json()["answered"], hole


def test_no_file_of_a_request_is_passed_over(client: httpx.Client):
    files = [("file", (name, b"The ferry of Sund has 9 cabins.")) for name in ("a.md", "b.md")]
    answer = client.post("/api/documents", files=files)
    assert (answer.status_code, answer.json()["message"].split(":")[0]) == (422, "file")
    client.get("/api/documents")  # so that nothing else is added with them
    for name in ("~$c.md", ".d.md"):  # of a folder they would be passed over: the one is a lock of Word's
        (document_id,) = client.post("/api/documents", files={"file": (name, f"Of {name}.".encode())}).json()["added"]
        client.delete(f"/api/documents/{document_id}")


def test_who_hangs_up_leaves_the_queue_and_those_who_wait_silence_nothing(
    settings: Settings, open_engine: OpenEngine, tmp_path: Path
):
    folders = {f"{name}_dir": tmp_path / name for name in ("data", "state", "cache")}
    alone, model = settings.model_copy(update=folders), held(bound=100)
    engine = open_engine(model, settings=alone)
    engine.sync()

    async def crowd(host: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{host}", timeout=60, limits=httpx.Limits()) as many:
            said = {"messages": [{"role": "user", "content": QUESTION}], "question": QUESTION}
            calls = [("/v1/chat/completions", {**said, "stream": True}), ("/v1/chat/completions", said)]
            calls += [("/api/ask", {"question": QUESTION, "stream": stream}) for stream in (False, True)]
            waiting = [asyncio.create_task(many.post(path, json=body)) for path, body in 12 * calls]
            await await_for(lambda: len(model.queue.line) == len(waiting))
            assert [(await many.get(path)).text for path in ("/health", "/ready")] == ["ok", "ready"]
            for call in waiting:
                call.cancel()
        await await_for(lambda: not model.queue.line)

    with serving_here(application(Assistant(engine, alone)), guarded=True) as host:
        asyncio.run(crowd(host))
        figures = httpx.get(f"http://{host}/metrics").text
    assert 'assistant_questions_total{outcome="stopped"} 48.0' in figures
    assert "assistant_questions_under_way 0.0" in figures


def test_a_file_of_no_use_has_its_reason_and_is_no_trouble(client: httpx.Client):
    sent = client.post("/api/documents", files={"file": ("x.jpg", b"x")})
    assert list(sent.json()["failed"]) == ["x.jpg"]
    for name in ("../../port.md", "..", "a" * 300 + ".md"):
        answer = client.post("/api/documents", files={"file": (name, b"Sold.")})
        assert answer.status_code in {200, 400}
        for document_id in answer.json().get("added", ()):
            client.delete(f"/api/documents/{document_id}")
    assert client.post("/api/ask", json={"question": QUESTION}).json()["answered"]


@pytest.mark.parametrize("path", ["/api/ask", "/api/search", "/v1/chat/completions"])
def test_no_more_is_read_than_a_conversation_may_have(client: httpx.Client, path: str):
    assert client.post(path, json={"question": "x" * MOST_BYTES}).status_code == 413


def test_no_more_of_a_file_is_read_than_is_allowed(client: httpx.Client, settings: Settings):
    most = settings.max_file_bytes
    large, huge = (
        client.post("/api/documents", files={"file": ("x.md", b"x" * size)}) for size in (most + 1, MOST_BYTES + most)
    )
    assert large.json()["failed"]["x.md"].startswith("it has 100,001 bytes, over the limit of 100,000")
    assert huge.status_code == 413
    assert all("x.md" not in document["sources"] for document in client.get("/api/documents").json()["documents"])


def test_a_page_of_another_site_cannot_use_it(client: httpx.Client):
    answer = client.post("/api/ask", json={"question": QUESTION}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_an_openai_client_gets_the_answer_with_its_citations(client: httpx.Client):
    model = openai.OpenAI(base_url=f"{client.base_url}/v1/", api_key="none")
    assert [each.id for each in model.models.list()] == ["assistant"]
    assert model.models.retrieve("assistant").id == "assistant"
    messages: list[Any] = [{"role": "system", "content": "Say yes."}, {"role": "user", "content": QUESTION}]
    answer = model.chat.completions.create(model="assistant", messages=messages, temperature=1, stream=None)
    said = answer.choices[0].message.content or ""
    assert "Acme owns the port of Halden [1]." in said
    assert answer.model_extra is not None
    assert answer.model_extra["citations"][0]["quote"] == "Acme owns the port of Halden."
    messages += [{"role": "assistant", "content": said}, {"role": "user", "content": "and the mine of Ruk?"}]
    again = model.chat.completions.create(model="assistant", messages=messages)
    assert "Borealis" in (again.choices[0].message.content or "")


def test_an_openai_client_reads_a_stream(client: httpx.Client):
    model = openai.OpenAI(base_url=f"{client.base_url}/v1/", api_key="none")
    messages: list[Any] = [{"role": "user", "content": [{"type": "text", "text": QUESTION}]}]
    chunks = list(
        model.chat.completions.create(
            model="assistant", messages=messages, stream=True, stream_options={"include_usage": True}
        )
    )
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "Acme owns the port of Halden [1]." in said
    last = next(chunk for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason == "stop")
    assert last.model_extra is not None
    assert last.model_extra["citations"][0]["title"] == "Port"
    assert chunks[-1].usage is not None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"model": "gpt", "messages": [{"role": "user", "content": "x"}]}, openai.NotFoundError),
        ({"messages": [{"role": "assistant", "content": "x"}]}, openai.BadRequestError),
        ({"messages": []}, openai.BadRequestError),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, openai.BadRequestError),
    ],
)
def test_an_openai_client_is_told_what_it_does_wrong(
    client: httpx.Client, body: dict[str, Any], error: type[openai.APIStatusError]
):
    model = openai.OpenAI(base_url=f"{client.base_url}/v1/", api_key="none", max_retries=0)
    with pytest.raises(error) as told_of:
        model.chat.completions.create(**{"model": "assistant", **body})
    assert isinstance(told_of.value.body, dict)
    assert told_of.value.body["message"]


def test_figures_count_questions_and_requests(client: httpx.Client):
    def figure(name: str) -> float:
        lines = client.get("/metrics").text.splitlines()
        return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name)), 0.0)

    answered, asked = 'assistant_questions_total{outcome="answered"}', 'assistant_http_requests_total{method="POST",route="/api/ask",status="200"}'  # fmt: skip # noqa: E501
    before = figure(answered), figure(asked)
    client.post("/api/ask", json={"question": QUESTION})
    told(client, question=QUESTION)
    assert (figure(answered), figure(asked)) == (before[0] + 2, before[1] + 2)
    assert figure("assistant_articles") == 3
    assert figure("assistant_questions_under_way") == 0
    assert (client.get("/health").text, client.get("/ready").text) == ("ok", "ready")
    assert [client.head(path).status_code for path in ("/health", "/ready")] == [200, 200]


# Where people sign in


@pytest.fixture(scope="module")
def signed_in(engine: Engine, settings: Settings) -> Iterator[Callable[[str], httpx.Client]]:
    """A client by the token of a role."""
    chosen = settings.model_copy(update={"sign_in": True, "questions_per_minute": 3})
    users = Users(settings.state_dir)
    clients: dict[str, httpx.Client] = {}
    with serving_here(application(Assistant(engine, chosen), users), guarded=True) as host:
        for role in ("reader", "editor", "admin"):
            users.add(role, PASSWORD, role)
            token = users.make_token(role, "test")
            clients[role] = httpx.Client(
                base_url=f"http://{host}", headers={"Authorization": f"Bearer {token}"}, timeout=60
            )
        clients[""] = httpx.Client(base_url=f"http://{host}")
        yield clients.__getitem__
    for each in clients.values():
        each.close()
    users.close()


def test_without_a_token_only_health_is_told(signed_in: Callable[[str], httpx.Client]):
    nobody = signed_in("")
    for path in ("/api/documents", "/api/openapi.json", "/metrics", "/v1/models"):
        assert nobody.get(path).status_code == 401
    for path in ("/api/ask", "/api/search", "/v1/chat/completions"):
        assert nobody.post(path, json={}).status_code == 401
    assert (nobody.get("/health").text, nobody.get("/ready").text) == ("ok", "ready")
    assert nobody.post("/health").status_code == 401


def test_a_token_is_its_person(signed_in: Callable[[str], httpx.Client]):
    reader = signed_in("reader")
    assert {document["title"] for document in reader.get("/api/documents").json()["documents"]} == {"Port", "Mine"}
    assert not reader.post("/api/ask", json={"question": "who owns the dam of Orr?"}).json()["answered"]
    for answer in (reader.post("/api/documents", files={"file": ("x.md", b"x")}), reader.get("/metrics")):
        assert (answer.status_code, answer.json()["error"]) == (403, "NotAllowed")
    assert signed_in("admin").get("/metrics").status_code == 200


def test_who_asks_too_often_is_told_when_to_come_back(signed_in: Callable[[str], httpx.Client]):
    editor = signed_in("editor")
    answers = [editor.post("/api/ask", json={"question": QUESTION}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    model = openai.OpenAI(base_url=f"{editor.base_url}/v1/", api_key=editor.headers["authorization"][7:], max_retries=0)
    with pytest.raises(openai.RateLimitError, match="within a minute"):
        model.chat.completions.create(model="assistant", messages=[{"role": "user", "content": QUESTION}])


# Whatever the description of the API allows


@pytest.mark.parametrize(
    "operation",
    [
        *("POST /api/ask", "POST /api/search", "GET /api/documents", "POST /api/documents"),
        *("GET /api/documents/{document_id}", "DELETE /api/documents/{document_id}"),
        *(
            "POST /v1/chat/completions",
            "GET /v1/models",
            "GET /v1/models/{model}",
            "GET /health",
            "GET /ready",
            "GET /metrics",
        ),
    ],
)
def test_what_the_description_allows_is_answered_as_it_says(client: httpx.Client, operation: str):
    description = schemathesis.openapi.from_dict(client.get("/api/openapi.json").json())
    description.config.update(base_url=str(client.base_url))
    found = {each.ok().label: each.ok() for each in description.get_all_operations()}
    assert len(found) == 12

    @given(case=found[operation].as_strategy())
    @hypothesis.settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def answered(case: schemathesis.Case) -> None:
        case.call_and_validate(
            checks=[
                schemathesis.checks.not_a_server_error,
                schemathesis.specs.openapi.checks.status_code_conformance,
                schemathesis.specs.openapi.checks.content_type_conformance,
                schemathesis.specs.openapi.checks.response_schema_conformance,
            ]
        )

    answered()


@pytest.mark.parametrize("path", ["/api/ask", "/v1/chat/completions"])
def test_the_description_says_that_an_answer_may_be_a_stream(client: httpx.Client, path: str):
    content = client.get("/api/openapi.json").json()["paths"][path]["post"]["responses"]["200"]["content"]
    assert set(content) == {"application/json", "text/event-stream"}
