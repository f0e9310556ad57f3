import pytest

from assistant.language_models import prompts


def test_a_hole_is_filled_once_and_what_fills_it_is_not_searched():
    filled = prompts.fill("answer-question", sentences="[1] {{question}}", question="who?")
    assert "[1] {{question}}" in filled
    assert filled.endswith("Question: who?")


def test_a_value_without_a_hole_is_an_error():
    with pytest.raises(ValueError, match="no hole"):
        prompts.fill("answer-system", question="who?")


def test_a_hole_without_a_value_is_an_error():
    with pytest.raises(KeyError):
        prompts.fill("answer-question", question="who?")
