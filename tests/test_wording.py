import pytest

from assistant.language.wording import Acronym, acronyms, asked_acronyms, is_near, nearest


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


@pytest.mark.parametrize(
    ("word", "other", "near"),
    [
        ("abcd", "abce", True),
        ("abcde", "abxye", False),
        ("abcdef", "abxyef", True),
        ("abcdef", "axyzef", False),
        ("abc", "abc", False),
        ("abc1", "abc2", False),
        ("prot", "port", True),
    ],
)
def test_a_longer_word_may_have_two_slips_a_short_one_one_and_a_very_short_one_none(word: str, other: str, near: bool):
    assert is_near(word, other) is near


def test_of_two_words_as_near_and_as_frequent_the_first_of_the_alphabet_is_taken():
    assert nearest("porl", {"porm": 1, "pork": 1}) == "pork"


def test_the_small_words_of_a_name_may_count_where_the_text_explains_its_letters():
    assert acronyms("Federation of Unions Office (FOUO) met.") == {
        Acronym("fouo", ("feder", "union", "offic"), explained=True),
        Acronym("fuo", ("feder", "union", "offic"), explained=False),
    }


def test_letters_in_brackets_that_are_no_initials_explain_nothing():
    assert acronyms("They met Mayo Clinic (XY) and Acme Board (BA).") == set()
    assert Acronym("clinic", ("mayo", "clinic"), explained=True) not in acronyms("At Mayo Clinic (CLINIC).")


def test_an_acronym_has_two_to_six_capitals():
    assert asked_acronyms("A AB ABCDEF ABCDEFG Ab") == ["ab", "abcdef"]


def test_letters_in_brackets_may_leave_out_the_small_words_of_the_name():
    found = acronyms("They met the Food and Drug Administration (FDA).")
    assert Acronym("fda", ("food", "drug", "administr"), explained=True) in found
