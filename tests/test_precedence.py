"""Quick work goes before slow, which gives way for a while and not for ever."""

import threading

from assistant.language_models.precedence import Precedence
from tests.waiting import DEADLINE


def test_weighing_gives_way_until_nothing_quick_is_under_way():
    precedence = Precedence()
    went_on = threading.Event()
    with precedence.quick():
        with precedence.quick():
            waiting = threading.Thread(target=lambda: (precedence.giving_way(10 * DEADLINE)(), went_on.set()))
            waiting.start()
        assert not went_on.wait(0.1)  # one of the two is still there
    assert went_on.wait(DEADLINE)
    waiting.join(DEADLINE)


def test_weighing_goes_on_at_once_where_nothing_is_quick():
    went_on = threading.Thread(target=Precedence().giving_way(10 * DEADLINE), daemon=True)
    went_on.start()
    went_on.join(DEADLINE)
    assert not went_on.is_alive()


def test_weighing_waits_as_long_as_it_may_in_all_and_not_each_time():
    precedence = Precedence()
    give_way = precedence.giving_way(0.1)
    times = int(10 * DEADLINE / 0.1)  # if it waited each time, it would be at it ten times as long as is waited here
    weighing = threading.Thread(target=lambda: [give_way() for _ in range(times)], daemon=True)
    with precedence.quick():
        weighing.start()
        weighing.join(DEADLINE)
        assert not weighing.is_alive()
