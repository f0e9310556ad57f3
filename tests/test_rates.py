"""How often one person may do something within a time."""

from assistant.people.rates import Rate


def test_as_many_as_are_allowed_are_taken_and_one_more_is_told_how_long_to_wait():
    rate = Rate(2, 3_600)
    assert [rate.take("anna"), rate.take("anna")] == [0, 0]
    assert 3_500 < rate.take("anna") <= 3_600


def test_one_key_takes_nothing_from_another():
    rate = Rate(1, 3_600)
    assert rate.take("anna") == 0
    assert rate.take("bert") == 0
    assert rate.wait("anna") > 0


def test_asking_how_long_to_wait_counts_nothing():
    rate = Rate(1, 3_600)
    assert [rate.wait("anna") for _ in range(3)] == [0, 0, 0]
    assert rate.take("anna") == 0
    assert 3_500 < rate.wait("anna") <= 3_600


def test_nobody_is_sent_away_for_less_than_a_second():
    rate = Rate(1, 1)
    rate.take("anna")
    assert rate.take("anna") in {0.0, 1.0}
