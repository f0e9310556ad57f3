from pathlib import Path

import pytest

from assistant.errors import AssistantError, DamagedFile, UnknownDocument, UsageError, by_name, first_line


def test_an_error_of_many_lines_is_told_by_its_first():
    assert first_line(ValueError("\n the disk failed \nand this is where:")) == "the disk failed"


def test_an_error_that_says_nothing_is_told_by_its_kind():
    assert first_line(KeyError()) == "KeyError"
    assert first_line(ValueError(" \n")) == "ValueError"


@pytest.mark.parametrize("kind", [AssistantError, UsageError, UnknownDocument, DamagedFile])
def test_an_error_that_came_over_the_line_is_of_the_kind_that_it_was(kind: type[AssistantError]):
    assert by_name(kind.__name__) is kind


def test_an_error_of_no_kind_that_is_known_is_one_of_ours_all_the_same():
    assert by_name("ValueError") is AssistantError


def test_a_damaged_file_is_told_with_its_path_the_reason_and_what_mends_it():
    error = DamagedFile.of(Path("/data/ledger.sqlite3"), "it has no pages")
    assert (error.path, error.reason) == (Path("/data/ledger.sqlite3"), "it has no pages")
    assert str(error) == "/data/ledger.sqlite3 is damaged (it has no pages); 'assistant doctor --repair' mends it"


def test_what_an_error_is_made_of_besides_words_is_kept_as_it_is():
    assert AssistantError("said", 7, None).args == ("said", 7, None)
