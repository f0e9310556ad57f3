"""A hedge, a speaker, a condition or a plan stays with what it is said of: 250 sentences and their plain twins.

tests/data/hedges.jsonl has for each its `hedged` and its `plain` form, the words that make the difference (`hedge`), a
question that either answers, and for the first 130 how an honest-looking retelling would lose the hedge (`lost`).
"""

from collections.abc import Callable

import pytest

from assistant import check_claim
from assistant.language_models.models import ChatModel
from assistant.records import Answer
from assistant.settings import Settings
from tests.conftest import OpenEngine
from tests.fakes import ScriptedModel, proposing
from tests.hedges import Row, lost, rows, tells, write

Told = Callable[[str], list[tuple[Row, Answer]]]
NOT_SEEN = {"k024", "k032", "k033", "k058", "k071"}
"""Told by no rule yet: a verb the parser takes for a noun, "per a memo", an inversion, "on the drawing board"."""


def test_the_plain_claim_does_not_pass_on_the_hedged_sentence():
    passed = {row["id"] for row in rows() if check_claim(row["plain"], [row["hedged"]]).supported}
    assert passed <= NOT_SEEN


def test_no_retelling_without_the_hedge_passes():
    assert not [r["id"] for r in rows() if "lost" in r and check_claim(r["lost"], [r["hedged"]]).supported]


def test_each_sentence_carries_itself():
    for row in rows():
        assert check_claim(row["hedged"], [row["hedged"]]).supported
        assert check_claim(row["plain"], [row["plain"]]).supported


@pytest.mark.sets
def test_no_answer_in_quoted_sentences_loses_a_hedge(settings: Settings, open_engine: OpenEngine):
    write(settings, "hedged", rows())
    engine = open_engine()
    engine.sync()
    answers = [(row, last.answer) for row in rows() for *_, last in [engine.stream(row["question"])]]
    assert [(row["id"], answer.text) for row, answer in answers if lost(row, answer)] == []
    assert sum(tells(*pair) for pair in answers) >= 215  # else nothing could be lost


@pytest.fixture
def careless(settings: Settings, open_engine: OpenEngine) -> Told:
    """Answers on the sentences of a form, of a model that claims the plain fact of whatever comes first or second."""

    def told(form: str) -> list[tuple[Row, Answer]]:
        write(settings, form, rows())
        chat = ScriptedModel(says="")
        engine = open_engine(ChatModel("careless", chat))
        engine.sync()
        answers = []
        for row in rows():
            claims = [row["plain"], row["lost"]] if "lost" in row else [row["plain"]]
            chat.says = proposing(*((number, claim) for number in (1, 2) for claim in claims))
            *_, last = engine.stream(row["question"])
            answers.append((row, last.answer))
        return answers

    return told


@pytest.mark.sets
def test_no_answer_loses_a_hedge_to_a_model_that_leaves_it_out(careless: Told):
    answers = careless("hedged")
    assert {row["id"] for row, answer in answers if lost(row, answer)} <= NOT_SEEN
    assert sum(tells(*pair) for pair in answers) >= 220


@pytest.mark.sets
def test_what_is_said_plainly_needs_no_hedge(careless: Told):
    assert sum(tells(*pair) for pair in careless("plain")) >= 205
