from assistant.indexing.chroma_server import RECORDS_AT_ONCE
from assistant.indexing.shared_log import _CHARACTERS_AT_ONCE, _calls


def test_many_small_contents_go_a_hundred_a_call_and_in_order():
    rows = [(f"key{number}", 0, "text") for number in range(250)]
    calls = list(_calls(rows))
    assert [len(call) for call in calls] == [RECORDS_AT_ONCE, RECORDS_AT_ONCE, 50]
    assert [row for call in calls for row in call] == rows


def test_large_contents_share_a_call_only_as_far_as_proxies_take_it():
    rows = [("key", place, "x" * 100_000) for place in range(12)]
    calls = list(_calls(rows))
    assert [row for call in calls for row in call] == rows
    assert len(calls) == 3
    assert all(sum(len(piece) for *_, piece in call) <= _CHARACTERS_AT_ONCE for call in calls)


def test_a_piece_that_is_too_large_for_a_call_is_sent_alone():
    rows = [("a", 0, "x"), ("b", 0, "x" * (_CHARACTERS_AT_ONCE + 1)), ("c", 0, "x")]
    assert [len(call) for call in _calls(rows)] == [1, 1, 1]


def test_nothing_is_sent_of_nothing():
    assert list(_calls([])) == []
