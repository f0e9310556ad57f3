"""What counts as a secret, and what is left of an address or a message without it."""

import io
import logging
import os
from pathlib import Path

import pytest

from assistant import AssistantError
from assistant.people.users import Users
from assistant.redaction import (
    HIDDEN,
    Redacting,
    RedactingFilter,
    never_show,
    never_show_those_of,
    redacted,
    without_credentials,
)
from tests.signing_in import cheap

pytestmark = pytest.mark.usefixtures("fresh_secrets")
PASSWORD = "hunter2hunter2"
TOKEN = "tok3n0f0mine1234567890"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (f"https://bob:{PASSWORD}@example.com/a?b=1#c", "https://example.com/a?b=1#c"),
        (f"https://{TOKEN}@example.com/a", "https://example.com/a"),
        (f"https://example.com/a?token={TOKEN}", "https://example.com/a"),
        (f"https://example.com/a?page=2&access_token={TOKEN}&lang=en", "https://example.com/a?page=2&lang=en"),
        (f"https://example.com/a?X-Amz-Date=1&X-Amz-Signature={TOKEN}", "https://example.com/a?X-Amz-Date=1"),
        (f"https://example.com/a?apiKey={TOKEN}", "https://example.com/a"),
        (f"https://example.com/a?api%5Fkey={TOKEN}", "https://example.com/a"),
        (f"https://example.com/a?key={TOKEN}", "https://example.com/a"),
        (f"https://example.com/a#access_token={TOKEN}&state=1", "https://example.com/a#state=1"),
        (f"https://bob:{PASSWORD}#x/y@example.com/a", "https://example.com/a"),
        # What is no secret stays, as it tells pages apart.
        ("https://example.com/a?key=opening-hours", "https://example.com/a?key=opening-hours"),
        (
            "https://example.com/a?key=0f8fad5b-d9cb-469f-a165-70867728950e",
            "https://example.com/a?key=0f8fad5b-d9cb-469f-a165-70867728950e",
        ),
        ("https://example.com:8443/@bob/12?tokens=5&q=a@b", "https://example.com:8443/@bob/12?tokens=5&q=a@b"),
        ("https://[::1]:80/a@b", "https://[::1]:80/a@b"),
        ("quarter report", "quarter report"),
        ("", ""),
    ],
)
def test_an_address_is_kept_without_what_opens_doors(url: str, kept: str):
    assert without_credentials(url) == kept
    assert without_credentials(kept) == kept


def test_a_token_of_the_page_is_known_by_its_look(tmp_path: Path):
    users = Users(tmp_path, cheap())
    users.add("anna", "a long enough password")
    token = users.make_token("anna", "nightly")
    users.close()
    assert redacted(f"the import with {token} failed") == f"the import with {HIDDEN} failed"
    assert redacted("ba_short and ba_sic words stay") == "ba_short and ba_sic words stay"


@pytest.mark.parametrize(
    "message",
    [
        f"cannot reach https://bob:{PASSWORD}@example.com/v1?token={TOKEN}, try again",
        f"Error code: 401 - {{'error': {{'message': 'Incorrect API key provided: {TOKEN}.'}}}}",
        f"headers={{'Authorization': 'Bearer {TOKEN}', 'x-api-key': '{TOKEN}'}}",
        f'{{"api_key": "{TOKEN}", "password": "{PASSWORD}"}}',
        f"authorization: Basic {TOKEN}==",
        f"Cookie: theme=dark; session={TOKEN}",
        f"the session token={TOKEN} has expired",
        "sk-ant-REDACTED and sk-proj-********************abcd",
    ],
)
def test_no_secret_is_left_in_a_message(message: str):
    shown = redacted(message)
    assert HIDDEN in shown
    for secret in (PASSWORD, TOKEN, "api03", "abcd"):
        assert secret not in shown
    assert redacted(shown) == shown


@pytest.mark.parametrize(
    "message",
    [
        "setting port = 'seven': Input should be a valid integer",
        "it holds a user name or password before an @; take that out",
        "unknown setting 'api_key'; remove it (known: corpus_dir, data_dir)",
        "the model openai:gpt-4o-mini failed (max_tokens: 4096 is too many tokens: 5000); try again",
        "https://example.com/@bob?q=token is not fetched; mail bob@example.com",
        "the risk-weighted ask-price of a desk-research-report-2026",
        "it is protected by a password",
    ],
)
def test_what_is_no_secret_stays_as_it_is(message: str):
    assert redacted(message) == message


def test_the_keys_of_the_environment_are_known_by_their_values(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ODD_PROVIDER_API_KEY", "plain words 77")
    monkeypatch.setenv("LANGSMITH_API_KEY", "another-plain-one")
    monkeypatch.setenv("SHORT_TOKEN", "test")  # would take a word out of every message
    assert redacted("said: plain words 77, another-plain-one, test") == f"said: {HIDDEN}, {HIDDEN}, test"


def test_what_a_part_of_the_program_names_is_known_too():
    never_show("made-at-this-start")
    never_show_those_of("http://eve:p%40ssw0rd!@10.0.0.7/v1?token=a%2Fb-of-eve")
    said = "made-at-this-start p@ssw0rd! p%40ssw0rd%21 ZXZlOnBAc3N3MHJkIQ== a/b-of-eve a%2Fb-of-eve"
    assert redacted(said) == " ".join([HIDDEN] * 6)


def test_an_error_shows_no_secret_however_it_is_shown():
    error = AssistantError(f"no connection to https://bob:{PASSWORD}@example.com")
    assert str(error) == "no connection to https://***@example.com"
    assert PASSWORD not in repr(error)
    assert AssistantError().args == ()


def test_a_redacting_stream_passes_on_all_but_secrets():
    inner = io.StringIO()
    stream = Redacting(inner)
    print(f"token={TOKEN}", file=stream)
    print("plain", file=stream, flush=True)
    stream.close()
    assert inner.getvalue() == f"token={HIDDEN}\nplain\n"
    assert not stream.isatty()


def test_a_value_of_eight_characters_is_hidden_and_a_shorter_one_would_take_words_out_of_messages():
    never_show("eight888", "seven77")
    assert redacted("eight888 seven77") == f"{HIDDEN} seven77"


def test_a_password_without_a_user_name_is_known_as_a_header_has_it():
    never_show_those_of("http://:just-a-password@10.0.0.7/v1")
    assert redacted("just-a-password Omp1c3QtYS1wYXNzd29yZA==") == f"{HIDDEN} {HIDDEN}"
    never_show_those_of("http://[::1")  # no address at all
    never_show_those_of("http://only-a-user-name@10.0.0.7")
    assert redacted("only-a-user-name") == "only-a-user-name"


def test_of_two_values_of_which_one_begins_the_other_nothing_is_left():
    never_show("secret-of-the-port", "secret-of-the-port-of-halden")
    assert redacted("it is secret-of-the-port-of-halden") == f"it is {HIDDEN}"


@pytest.mark.parametrize("name", ["page", "monkey", "author"])
def test_a_value_that_looks_random_is_no_secret_under_any_other_name(name: str):
    assert without_credentials(f"https://example.com/a?{name}={TOKEN}") == f"https://example.com/a?{name}={TOKEN}"


def test_a_value_that_looks_like_a_key_is_one_under_a_name_that_may_be_of_one():
    assert without_credentials("https://example.com/a?code=sk-abcdefghij") == "https://example.com/a"
    assert without_credentials("https://example.com/a?token=") == "https://example.com/a?token="


def test_a_log_passes_every_record_on_without_its_secrets():
    record = logging.LogRecord("x", logging.INFO, "", 0, "sent %s to %d", (f"token={TOKEN}", 5), None)
    assert RedactingFilter().filter(record)
    assert record.getMessage() == f"sent token={HIDDEN} to 5"


def test_a_redacting_stream_is_one_to_write_to_and_has_what_the_other_has():
    with open(os.devnull, "w", encoding="utf-8") as inner:
        stream = Redacting(inner)
        assert stream.writable()
        assert stream.fileno() == inner.fileno()
        assert stream.write("plain") == 5


def test_a_token_is_known_of_an_address_without_a_user_too():
    never_show_those_of("http://10.0.0.7/v1?token=of-the-server-itself")
    assert redacted("it was of-the-server-itself") == f"it was {HIDDEN}"
