"""The check on whole sets of claim and quote, all invented for this: how many false ones pass, how many true ones.

The sets: `close` keeps close to its quotes, `domains` is of many fields, `reworded` is as a language model words its
answers, `attack` was written to get false claims past an earlier check, and every one of it did, `blind` was written
without sight of any check, and nothing was changed after it had been scored. The bounds are what
the check does now: one may be tightened and never loosened without a reason in CHANGELOG.md.
"""

import json
from functools import cache
from pathlib import Path

import pytest

from assistant import check_claim
from assistant.language.syntax import parse_at_once

PAIRS = Path(__file__).with_name("claim_pairs.jsonl")


@cache
def outcomes(name: str, label: bool) -> list[bool]:
    """Whether each claim of a set passes."""
    rows = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    chosen = [row for row in rows if row["set"] == name and row["label"] == label]
    parse_at_once(text for row in chosen for text in (row["claim"], *row["quotes"]))  # in a third of the time
    return [check_claim(row["claim"], row["quotes"]).supported for row in chosen]


MOST = [("close", 0), ("domains", 0), ("reworded", 0), ("attack", 73), ("blind", 5)]


@pytest.mark.parametrize(("name", "most"), MOST)
def test_no_more_false_claims_pass(name: str, most: int):
    passed = outcomes(name, label=False)
    assert len(passed) >= 60
    assert sum(passed) <= most


@pytest.mark.parametrize(("name", "least"), [("close", 55), ("domains", 63), ("reworded", 4)])
def test_no_fewer_true_claims_pass(name: str, least: int):
    assert sum(outcomes(name, label=True)) >= least
