import random

import pytest

from assistant.indexing.similarity import ALIKE, bands, resemblance, signature

WORDS = [f"word{number}" for number in range(400)]


def changed(share: float) -> str:
    """The words with so large a share of them replaced."""
    draw = random.Random(1)
    return " ".join(f"other{draw.random()}" if draw.random() < share else word for word in WORDS)


def test_a_text_resembles_itself_wholly_and_another_not_at_all():
    one, other = signature(" ".join(WORDS)), signature(" ".join(reversed(WORDS)))
    assert one is not None
    assert other is not None
    assert resemblance(one, one) == 1
    assert resemblance(one, other) < 0.05


@pytest.mark.parametrize(("share", "alike"), [(0.01, True), (0.02, True), (0.2, False), (0.5, False)])
def test_texts_are_alike_when_little_of_them_is_changed(share: float, alike: bool):
    one, other = signature(" ".join(WORDS)), signature(changed(share))
    assert one is not None
    assert other is not None
    assert (resemblance(one, other) >= ALIKE) is alike
    if alike:
        assert set(enumerate(bands(one))) & set(enumerate(bands(other)))


def test_case_and_punctuation_make_no_difference():
    one, other = signature(" ".join(WORDS)), signature(", ".join(WORDS).upper() + ".")
    assert one is not None
    assert other is not None
    assert resemblance(one, other) == 1


def test_a_text_of_a_few_words_is_not_compared():
    assert signature("The port was sold in May.") is None


def test_a_text_of_twenty_words_is_compared_down_to_its_last_word():
    assert signature(" ".join(WORDS[:19])) is None
    one, other = signature(" ".join(WORDS[:20])), signature(" ".join([*WORDS[:19], "other"]))
    assert one is not None
    assert other is not None
    assert 0.5 < resemblance(one, other) < 1
