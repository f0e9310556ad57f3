from pathlib import Path

import pytest

from assistant import Settings, SettingsError
from assistant.settings import FILE


def test_arguments_go_before_environment_before_file_before_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert Settings().port == 7860
    (tmp_path / FILE).write_text("port = 1111\nhost = '127.0.0.2'\n", encoding="utf-8")
    assert Settings().port == 1111
    monkeypatch.setenv("ASSISTANT_PORT", "2222")
    assert Settings().port == 2222
    assert Settings(port=3333).port == 3333
    assert Settings().host == "127.0.0.2"


def test_relative_folders_are_taken_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert Settings().corpus_dir == tmp_path / "corpus"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"corpus": "x"}, "unknown setting 'corpus'"),
        ({"port": "seven"}, "setting port = 'seven'"),
        ({"port": 70000}, "setting port = 70000"),
        ({"llm": "gpt-4"}, "provider:model"),
        ({"data_dir": "corpus"}, "must lie apart"),
        ({"data_dir": "."}, "must lie apart"),
        ({"state_dir": "corpus/state"}, "must lie apart"),
        ({"owner_idle_seconds": float("inf")}, "owner_idle_seconds"),
        ({"chroma_url": "chroma.example:8000"}, "no address of a server"),
        ({"chroma_url": "http://x:port"}, "no address of a server"),
        ({"chroma_url": "http://x", "read_only": True}, "unset one of them"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(given: dict[str, object], message: str):
    with pytest.raises(SettingsError) as caught:
        Settings(**given)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_variable_of_the_environment_is_an_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ASSISTANT_CORPUSDIR", "x")
    with pytest.raises(SettingsError, match="ASSISTANT_CORPUSDIR"):
        Settings()


@pytest.mark.parametrize("line", ["corpse_dir = 'x'", "port = = 1"])
def test_a_wrong_line_of_the_file_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str):
    monkeypatch.chdir(tmp_path)
    (tmp_path / FILE).write_text(line, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        Settings()
    assert "\n" not in str(caught.value)


def test_settings_cannot_be_changed_later():
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1
