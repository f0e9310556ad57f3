import pytest

from assistant.questions.asking import asked


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When was the port sold?", "date"),
        ("In which month did Acme open the plant?", "date"),
        ("Who owns the port?", "name"),
        ("Which city did Acme move to?", "place"),
        ("How much did Acme raise in May?", "value"),
        ("What percentage of Acme did Bolt buy?", "share"),
        ("How many people work at Acme?", "count"),
        ("How did the sale change Acme?", "account"),
        ("What were the effects of the sale?", "account"),
        ("Summarise the report on Acme.", "account"),
        ("Is Acme listed on a stock exchange?", "statement"),
    ],
)
def test_what_kind_of_thing_would_answer(question: str, kind: str):
    assert asked(question).kind == kind


def test_names_dates_and_the_matter_are_told_apart():
    this = asked("How much debt did Grenmark Foods Ltd. repay in March 2021?")
    assert {name for _, name in this.names} == {("grenmark", "foods", "ltd.")}
    assert {day for _, day in this.dates} == {(2021, 3, None)}
    assert this.matter == ("debt", "repay")


def test_the_verb_asked_about_is_known():
    assert asked("Who owns the port?").verb == "own"


def test_words_that_belong_together_are_kept_as_phrases():
    assert ("net", "profit") in asked("What was the net profit of Grenmark?").phrases
    assert ("equity", "return") in asked("What was the return on equity?").phrases


def test_a_name_typed_small_is_part_of_the_matter():
    this = asked("who owns the port of grenmark")
    assert not this.names
    assert "grenmark" in this.matter


def test_a_report_that_is_named_need_not_be_named_in_its_sentences():
    assert {n for _, n in asked("Based on Grenmark's 2021 Annual Report, describe its risks.").names} == {("grenmark",)}
