from datetime import date

import pytest

from assistant.records import Document, SyncReport
from assistant.terminal import show_documents, show_report

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
