"""Several people at the page at once, each in a tab of her own: the load benchmark, small."""

import random

import pytest

from benchmarks.load import measure, report
from benchmarks.load_corpus import strangers, token


@pytest.mark.processes
def test_people_who_ask_at_once_meet_no_error_and_see_nothing_of_each_other():
    found, watched = measure(5, 10, "extractive", articles=8, every=2, program="tests.light_page")

    asked = [each for each in found if each["kind"] == "question"]
    assert [each for each in found if "error" in each or "foreign" in each] == [], report(found, watched)
    assert len({each["person"] for each in asked}) == 5
    assert all(each["sources"] for each in asked)


def test_a_token_of_another_tab_is_noticed_wherever_it_stands():
    chance = random.Random(1)
    own, other = token(chance), token(chance)
    assert strangers(f"<h2>How much? {own}</h2>", {own}) == set()
    assert strangers(f"<h2>How much? {own}</h2><p>Understood as: <q>How many? {other}</q></p>", {own}) == {other}
