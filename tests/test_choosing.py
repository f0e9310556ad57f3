from assistant.asking import asked
from assistant.choosing import chosen
from assistant.evidence import Evidence
from assistant.records import Document
from assistant.relevance import Relevance, Surroundings
from assistant.retrieval import FoundSentence


def weighed(text: str, start: int, score: float, share: float, titled: float) -> Evidence:
    document = Document(document_id="d", title="The sapper", text="", sources=["d.md"])
    sentence = FoundSentence(document, "", start, start + len(text), text, score)
    return Evidence(sentence, Surroundings(), Relevance(share, titled=titled))


def test_an_open_question_takes_the_sentences_near_to_the_best_and_no_others():
    best = weighed("A sapper clears mines.", 0, 0.8, 0.6, 0.0)
    near = weighed("A sapper builds bridges.", 50, 0.75, 0.0, 0.0)
    far = weighed("Its band plays.", 90, 0.4, 0.6, 0.0)
    apart = weighed("Every name in this note is invented.", 120, 0.75, 0.0, 0.0)
    wanted = asked("which duties has a sapper?")
    assert wanted.open
    assert list(chosen(wanted, [[best, near, far, apart]], judged=True)) == [best, near]


def test_a_summary_leaves_out_less_than_an_account():
    told = [weighed(f"The port grew in year {n}.", 50 * n, 0.8, 0.6, 0.0) for n in range(20)]
    account = list(chosen(asked("what happened to the port?"), [told], judged=True))
    summary = list(chosen(asked("summarise what happened to the port"), [told], judged=True))
    assert len(account) < len(summary) < len(told)


def test_why_takes_the_sentences_that_give_a_reason():
    covers = weighed("The recall covers two dryers.", 0, 0.9, 1.0, 0.0)
    reason = weighed("The dryers were recalled because a relay overheats.", 50, 0.8, 1.0, 0.0)
    assert list(chosen(asked("why were the dryers recalled?"), [[covers, reason]], judged=True)) == [reason]
    assert list(chosen(asked("why were the dryers recalled?"), [[covers]], judged=True)) == [covers]


def test_a_sentence_that_gives_the_figure_asked_for_is_enough():
    figure = weighed("The return on equity for the year was 16%.", 0, 0.8, 0.7, 0.0)
    other = weighed("The return pleased the owners of its equity.", 50, 0.8, 0.5, 0.0)
    assert list(chosen(asked("What was the return on equity of Acme?"), [[figure, other]], judged=True)) == [figure]
