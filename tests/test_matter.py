"""Which words of a question a sentence speaks of."""

import pytest

from assistant.language.syntax import parse
from assistant.questions.asking import asked
from assistant.questions.matter import Speaking, speaks_of

QUESTION = "How much does the regulator of Velm charge those who own the port for its acquisition?"


def spoken(question: str, sentence: str) -> set[str]:
    speaking = Speaking(asked(question))
    found = speaking.of(list(parse(sentence)))
    return {word for word in asked(question).matter if found & speaking.matter.bit(word)}


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Regulatory fees rose.", {"regulator", "charge"}),  # of one family, and of one sense
        ("It acquired a harbour.", {"acquisition"}),
        ("Its owner is unknown.", {"own"}),
        ("The ports were shut.", {"port"}),
        ("Nothing happened in Velm.", set()),
    ],
)
def test_a_sentence_speaks_of_a_word_in_many_forms(sentence: str, words: set[str]):
    assert spoken(QUESTION, sentence) == words


def test_initials_speak_of_an_office():
    question = "How much was the ceo paid in Velm?"
    assert spoken(question, "Yesterday their Chief Executive Officer left.") == {"ceo"}


def test_words_alone_are_compared_as_within_a_sentence():
    for sentence in ("Regulatory fees rose.", "It acquired a harbour.", "Its owner closed the ports."):
        tokens = list(parse(sentence))
        lemmas, stems = {token.lemma_.lower() for token in tokens}, {token.lower_ for token in tokens}
        alone = {word for word in asked(QUESTION).matter if speaks_of(word, lemmas, stems)}
        assert alone == spoken(QUESTION, sentence)


def test_the_share_counts_rare_words_more_and_leaves_out_what_title_and_section_say():
    question = asked("When did the port of Velm raise its fee?")
    assert (question.matter, question.verb) == (("port", "raise", "fee"), "raise")
    speaking = Speaking(question)
    port, share = speaking.of(list(parse("The port was shut."))), speaking.matter.share
    assert share(port, (), {}) == pytest.approx(1 / 4)  # the verb counts twice
    assert share(port, (), {"port": 5.0}) == pytest.approx(5 / 8)
    assert share(port, {"port"}, {}) == 0.0
    assert share(port, {"port"}, {}, whole=True) == pytest.approx(1 / 4)
    assert share(port, {"port", "rais", "fee"}, {}) == pytest.approx(1 / 4)  # where all is said, nothing is left out
