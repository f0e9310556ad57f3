import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from assistant.commands import terminal
from assistant.commands.terminal import show_documents, show_report
from assistant.records import (
    Document,
    Finding,
    Machine,
    Passage,
    Progress,
    QuoteCheck,
    Removed,
    SyncReport,
    Verification,
)
from tests.hostile import answer

PORT = Document("Port", "", "id1", published=date(2026, 3, 4), sources=["a.pdf"], notes=["page 2 holds a picture"])


def test_a_report_names_each_article_with_its_date_and_remarks(capsys: pytest.CaptureFixture[str]):
    show_report(SyncReport(added=["id1"], notes=["a.pdf and b.pdf say nearly the same"]), [PORT])
    assert capsys.readouterr().err.splitlines() == [
        "1 added; the corpus holds 1 article",
        "  Port · 4 March 2026 · a.pdf",
        "      page 2 holds a picture",
        "a.pdf and b.pdf say nearly the same",
    ]


def test_files_that_failed_for_one_reason_stand_together(capsys: pytest.CaptureFixture[str]):
    show_report(SyncReport(failed={"a.jpg": "no format", "b.pdf": "it is damaged", "c.jpg": "no format"}))
    assert capsys.readouterr().err.splitlines()[1:] == [
        "not read: a.jpg, c.jpg: no format",
        "not read: b.pdf: it is damaged",
    ]


def test_a_long_report_counts_what_it_does_not_name(capsys: pytest.CaptureFixture[str]):
    failed = {f"{number}.jpg": "no format" for number in range(25)}
    show_report(SyncReport(added=["id1"] * 25, failed=failed), [PORT] * 20)
    said = capsys.readouterr().err
    assert "  and 5 more; 'assistant list' shows all" in said
    assert "19.jpg and 5 more: no format" in said


def test_the_list_shows_what_is_stale_and_what_is_nearly_the_same(capsys: pytest.CaptureFixture[str]):
    stale = Document("Port", "", "id1", sources=["a.pdf", "b.pdf"], state="stale", notes=["older"], similar=["id2"])
    show_documents([stale], {"x.pdf": "it is damaged"})
    assert capsys.readouterr().out.splitlines() == [
        "id1  undated     STALE  Port  (a.pdf, b.pdf)",
        "              older",
        "              nearly the same as id2",
        "not read: x.pdf: it is damaged",
    ]


def test_a_file_name_with_control_characters_does_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]):
    show_report(SyncReport(failed={"\x1b[31mred.pdf": "it is damaged"}, notes=["b\x1b[31m.md holds the same"]))
    assert "\x1b" not in capsys.readouterr().err


def test_two_reports_in_a_row_are_one():
    first = SyncReport(added=["a"], updated=["b"], unchanged=["c"], failed={"x": "why"}, notes=["n"])
    second = SyncReport(added=["d"], updated=["a", "c"], removed=["b"], unchanged=[], failed={"y": "why"}, notes=["n"])
    assert first.followed_by(second) == SyncReport(
        added=["a", "d"], updated=["c"], removed=["b"], unchanged=[], failed={"x": "why", "y": "why"}, notes=["n"]
    )


RAW = (
    *(
        "red \x1b[31m",
        "title \x1b]0;owned\x07",
        "clipboard \x1b]52;c;AAAA\x1b\\",
        "C1 \x9b2J",
        "back \b\b\b",
        "over\rwritten",
    ),
    *("bidi \u202egpj.exe", "isolate \u2066x\u2069", "zero\u200bwidth", "mark \ufeff", "tag \U000e0041", "half \ud800"),
    *("line\u2028separator", "form\x0cfeed", "bell\x07", "null\x00", "delete\x7f"),
)
"""What a terminal would obey, or would not show."""

SHOWN: dict[str, Callable[[str], None]] = {
    "a message": terminal.say,
    "a line": terminal.show_lines,
    "a step": lambda raw: terminal.Steps()(Progress(raw, 1, 2)),
    "a remark": lambda raw: terminal.Steps()(Progress(raw, lasting=True)),
    "a piece": terminal.show_piece,
    "an answer": lambda raw: terminal.show_sources(answer("why?", [raw])),
    "a question as it was understood": lambda raw: terminal.show_sources(answer(raw, [raw])),
    "passages": lambda raw: terminal.show_passages([Passage("d1", raw, raw, raw, 0, 9, 0.5, raw, section=raw)]),
    "articles": lambda raw: show_documents([replace(PORT, title=raw, sources=[raw], notes=[raw])], {raw: raw}),
    "the trash": lambda raw: terminal.show_removed([Removed("id1", [raw], "2026-03-04")]),
    "a report": lambda raw: show_report(
        SyncReport(added=["id1"], failed={raw: raw}, notes=[raw]),
        [replace(PORT, title=raw, sources=[raw], notes=[raw])],
    ),
    "a verification": lambda raw: terminal.show_verification(
        Verification(intact=False, quotes=[QuoteCheck(1, raw, raw, "gone", raw)], notes=[raw])
    ),
    "a further note of a verification": lambda raw: terminal.show_verification(
        Verification(intact=True, quotes=[], notes=["", raw])
    ),
    "findings": lambda raw: terminal.show_findings([Finding(raw, fine=False, found=raw)]),
    "where is looked": lambda raw: terminal.show_found([Passage("d1", raw, raw, raw, 0, 9, 0.5)]),
    "machines": lambda raw: terminal.show_machines([Machine(raw, raw, 1)]),
    "JSON": lambda raw: terminal.show_json({raw: [raw]}),
}


@pytest.mark.parametrize("shown", SHOWN)
def test_no_text_of_others_reaches_the_terminal_but_what_it_prints(shown: str, capsys: pytest.CaptureFixture[str]):
    for raw in RAW:
        SHOWN[shown](f"Skarn {raw} harbour")
        said = "".join(capsys.readouterr())
        assert "Skarn" in said
        assert said.replace("\n", "").isprintable(), repr(said)


def test_a_terminal_that_cannot_take_a_line_back_is_not_asked_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    said = {}
    for kind in ("dumb", "xterm"):
        monkeypatch.setenv("TERM", kind)
        terminal.say("done")
        terminal.Steps()(Progress("reading", 1, 2))
        terminal.show_piece("It is.")
        said[kind] = capsys.readouterr().err
    assert "\x1b" not in said["dumb"]
    assert "\x1b" in said["xterm"]


def test_json_reads_back_what_it_was_made_of(capsys: pytest.CaptureFixture[str]):
    plain = {"title": "".join(RAW), "plain": "Zürich – 港\n“quoted”"}
    terminal.show_json(plain)
    said = capsys.readouterr().out
    assert json.loads(said) == plain
    assert "Zürich – 港" in said


def test_the_paragraphs_of_an_answer_stay_apart(capsys: pytest.CaptureFixture[str]):
    terminal.show_piece("It was sold [1].")
    terminal.show_piece("\n\nIt cost $9 million [2].")
    assert capsys.readouterr().out == "It was sold [1].\n\nIt cost $9 million [2]."
