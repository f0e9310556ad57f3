"""What a reader of a page sees of its text, and when words that they do not see are worth a remark."""

import pytest

from assistant.language.visible import HIDDEN, raised, visible, without_invisible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a <!-- left out --> b", "a  b"),
        ("a <!-- never closed", "a "),
        ("a <script>run()</script> b", "a  b"),
        ('a <span style="display: none">x y</span> b', "a  b"),
        ("a ![picture](p.png) b", "a  b"),
        ("a <del>was</del> b ~~was~~ c", "a  b  c"),
        ("10<sup>6</sup>", "10⁶"),
        ("one<br>two<p>three", "one\ntwo\nthree"),
        ("<td>1</td><td>2</td>", " 1  2 "),
        ("<b>bold</b> 3 < 4 > 2", "bold 3 < 4 > 2"),
        ("a `<b>` b", "a `<b>` b"),
        ("so\u00adft zero\u200bwidth", "soft zerowidth"),
    ],
)
def test_markup_goes_and_no_two_words_become_one(text: str, shown: str):
    assert visible(text)[0] == shown


@pytest.mark.parametrize(("hidden", "remark"), [("one two three", ""), ("one two three four", HIDDEN)])
def test_more_than_three_hidden_words_are_worth_a_remark(hidden: str, remark: str):
    assert visible(f"a <!--{hidden}-->")[1] == remark


def test_a_hidden_element_is_worth_a_remark_as_well():
    assert visible("a <b hidden>one two three four</b> b") == ("a  b", HIDDEN)


def test_letters_of_tags_that_nobody_sees_are_worth_a_remark():
    assert visible("a" + "".join(chr(0xE0000 + ord(c)) for c in "obey")) == ("a", HIDDEN)
    assert visible("a" + "".join(chr(0xE0000 + ord(c)) for c in "hey")) == ("a", "")


def test_in_a_plain_text_tags_are_text():
    assert visible("a <b>b</b> <!-- c -->\u200b", markup=False) == ("a <b>b</b> <!-- c -->", "")


def test_joiners_stay_where_a_script_needs_them():
    persian = "می\u200cخواهم"
    assert without_invisible(f"{persian} a\u200cb") == f"{persian} ab"


def test_a_raised_figure_has_letters_of_its_own():
    assert raised("-12+3") == "⁻¹²⁺³"
