from dataclasses import replace

import pytest

from assistant.records import Answer, Citation, Document, Passage
from assistant.web.render import Turn, holdings, in_html, in_markdown, messages, report_of, sources, used, with_links

TEXT = "## Sale\n\nIt was long awaited. Acme owns the port. More follows."
QUOTE = "Acme owns the port."
START = TEXT.index(QUOTE)
PASSAGE = Passage("id", "a.md", "Port <b>sold</b>", TEXT, 100, 100 + len(TEXT), 0.9, section="Sale")
CITATION = Citation(1, QUOTE, "id", "a.md", "Port <b>sold</b>", 100 + START, 100 + START + len(QUOTE), section="Sale")
ANSWER = Answer("q", "Acme owns the port [1].", True, "claims", citations=[CITATION], passages=[PASSAGE])


def test_a_marker_links_to_its_card_of_its_own_turn():
    assert with_links("So it is [1]. And so [2].", turn=3) == "So it is [\\[1\\]](#c3-1). And so [\\[2\\]](#c3-2)."
    panel = sources([Turn("a", answer=ANSWER), Turn("b", answer=ANSWER)])
    assert 'id="c1-1"' in panel
    assert 'id="c2-1"' in panel


def test_the_exact_words_are_marked_inside_their_passage():
    panel = sources([Turn("q", answer=ANSWER)])
    assert f"It was long awaited. <mark>{QUOTE}</mark> More follows." in panel
    assert "##" not in panel


def test_who_waits_is_told_how_many_are_before_them_until_there_is_text():
    assert messages([Turn("q", ahead=2)])[1]["content"] == "*2 questions are answered before yours*"
    assert messages([Turn("q", ahead=1)])[1]["content"] == "*1 question is answered before yours*"
    assert messages([Turn("q")])[1]["content"] == "…"


def test_a_refusal_shows_the_closest_passages_and_no_marks():
    refusal = replace(ANSWER, answered=False, kind="refusal", citations=[], text="The corpus does not say.")
    panel = sources([Turn("q", answer=refusal, passages=(PASSAGE,))])
    assert "Closest passages" in panel
    assert "<mark>" not in panel


def test_of_an_article_that_is_gone_from_the_corpus_no_words_are_offered():
    panel = sources([Turn("q", answer=ANSWER)], gone={"id"})
    assert "no longer in the corpus" in panel
    assert QUOTE not in panel
    refused = replace(ANSWER, answered=False, kind="refusal", citations=[], text="The corpus does not say.")
    assert "Acme" not in sources([Turn("q", answer=refused, passages=(PASSAGE,))], gone={"id"})


def test_the_articles_that_a_panel_shows_are_those_cited_and_those_found():
    assert used([Turn("q", answer=ANSWER), Turn("r", passages=(replace(PASSAGE, document_id="other"),))]) == {
        "id",
        "other",
    }


@pytest.mark.parametrize("payload", ["<b>x</b>", "![x](http://evil/x.png)", "[a](javascript:x)", "*x*", "`x`", "$x$"])
def test_markdown_shows_what_others_wrote_and_does_not_obey(payload: str):
    shown = in_markdown(payload)
    assert all(f"\\{character}" in shown for character in payload if character in "<[!$`*")


@pytest.mark.parametrize("payload", ["<script>x</script>", "${alert(1)}", "{{x}}", "`x`", '" onclick="x'])
def test_html_shows_what_others_wrote_and_does_not_obey(payload: str):
    panel = sources([Turn(payload, answer=replace(ANSWER, citations=[replace(CITATION, title=payload)]))])
    assert payload not in panel
    assert not set("{}$`") & set(in_html(payload).replace("&#", ""))


def test_a_web_address_is_shown_without_becoming_a_link():
    assert "://" not in in_markdown("see https://evil.example/x")


def test_a_conversation_is_shown_turn_by_turn():
    shown = messages([Turn("a?", "It is [1].", ANSWER), Turn("b?", "Half an ans", stopped=True)])
    assert [message["role"] for message in shown] == ["user", "assistant"] * 2
    assert shown[3]["content"].endswith("*Stopped.*")


def test_what_the_corpus_holds_is_said_in_a_line():
    assert "empty" in holdings([])
    assert holdings([Document("t", "x")]) == "1 article."


def test_what_was_added_is_listed_with_dates_remarks_and_failures():
    added = [Document("Port *sold*", "", "id", published=None, notes=["page 2 holds a picture"])]
    assert report_of(added, {"a<b>.pdf": "it is damaged"}, ["a.md and b.md say nearly the same"]).splitlines() == [
        "1 article added.",
        "",
        "- **Port \\*sold\\*** · undated · page 2 holds a picture",
        "- not read: **a\\<b\\>.pdf**: it is damaged",
        "- a.md and b.md say nearly the same",
    ]
    assert report_of([], {}, []).startswith("Nothing new was added.")


def test_a_question_that_was_understood_otherwise_than_typed_says_how():
    follow_up = replace(ANSWER, question="and its owner?", understood="What is *Skarn*’s owner?")
    shown = messages([Turn("and its owner?", follow_up.text, follow_up)])[1]["content"]
    assert shown.startswith("*Understood as: What is \\*Skarn\\*’s owner?*\n\n")
    same = replace(ANSWER, understood=ANSWER.question)
    assert "Understood" not in messages([Turn("q", same.text, same)])[1]["content"]
