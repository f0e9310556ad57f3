import pytest

from assistant.language.wording import Acronym, acronyms, asked_acronyms, nearest


@pytest.mark.parametrize(
    ("word", "wanted"),
    [("ghandi", "gandhi"), ("skarnhom", "skarnholm"), ("prot", "port"), ("tower", None), ("abc", None), ("2018", None)],
)
def test_a_misspelt_word_is_given_to_the_nearest_one(word: str, wanted: str | None):
    vocabulary = {"gandhi": 1, "skarnholm": 2, "port": 5, "abd": 1, "2019": 1}
    assert nearest(word, vocabulary) == wanted


def test_of_two_words_as_near_the_more_frequent_is_taken():
    assert nearest("porl", {"pork": 1, "port": 9}) == "port"


def test_a_name_and_its_acronym_belong_together_when_explained_or_of_three_words():
    found = acronyms("The Food and Drug Administration met Mayo Clinic (MC) and Acme Board in May.")
    assert Acronym("fda", ("food", "drug", "administr"), explained=False) in found
    assert Acronym("mc", ("mayo", "clinic"), explained=True) in found
    assert "ab" not in {acronym.letters for acronym in found}


def test_capitals_in_a_question_may_be_acronyms():
    assert asked_acronyms("What did the FDA tell Acme in Q1?") == ["fda"]
