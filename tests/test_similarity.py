import random
import sqlite3
from contextlib import closing

import pytest

from assistant.indexing.schema import SCHEMA
from assistant.indexing.similarity import ALIKE, bands, link_alike, resemblance, signature

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


def linked(*texts: str) -> set[tuple[str, str]]:
    """The links between documents of these texts, which come one after another."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        connection.executescript(SCHEMA)
        for number, text in enumerate(texts):
            known = signature(text)
            assert known is not None
            link_alike(connection, str(number), known)
        return {tuple(row) for row in connection.execute("SELECT document_id, other FROM alike")}


def test_documents_that_are_alike_are_linked_both_ways_and_others_are_not():
    first, other = " ".join(WORDS), " ".join(reversed(WORDS))
    assert linked(first, other, changed(0.01), changed(0.2)) == {("0", "2"), ("2", "0")}


def test_of_many_that_are_alike_the_ten_nearest_are_linked():
    same = " ".join(WORDS)
    found = linked(changed(0.02), *[same] * 11, changed(0.01))
    assert {other for one, other in linked(changed(0.02), *[same] * 11) if one == "11"} == {
        str(n) for n in range(1, 11)
    }
    assert sum(one == "12" for one, _ in found) == 10
