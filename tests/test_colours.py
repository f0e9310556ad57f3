"""Which colour a text names, and which two cannot be told apart."""

import pytest

from assistant.formats.colours import alike, colour, first_colour


@pytest.mark.parametrize(
    ("written", "channels"),
    [
        ("#0a141e", (10, 20, 30)),
        ("#0A141E80", (10, 20, 30)),
        ("#123", (17, 34, 51)),
        ("#1234", (17, 34, 51)),
        ("rgb(1, 2, 3)", (1, 2, 3)),
        ("rgba(1, 2, 3, 0.5)", (1, 2, 3)),
        ("rgb(20%, 0%, 100%)", (51, 0, 255)),
        ("rgb(300, 0, 254.6)", (255, 0, 255)),
        (" White ", (255, 255, 255)),
        ("navy", (0, 0, 128)),
    ],
)
def test_a_colour_has_the_channels_that_its_text_names(written: str, channels: tuple[int, int, int]):
    assert colour(written) == channels


@pytest.mark.parametrize("written", ["", "#12", "#12345", "#0a141e8", "#xyz", "rgb(1, 2)", "nought"])
def test_what_names_no_colour_is_none(written: str):
    assert colour(written) is None


def test_the_first_colour_of_several_words_counts():
    assert first_colour("url(a.png) no-repeat #FFF navy") == (255, 255, 255)
    assert first_colour("center RGB(1, 2, 3) fixed") == (1, 2, 3)
    assert first_colour("url(a.png) center") is None


def test_colours_are_alike_as_long_as_no_channel_is_far_off():
    assert alike((255, 255, 255), (232, 255, 232))
    assert not alike((255, 255, 255), (255, 255, 231))
    assert not alike((231, 255, 255), (255, 255, 255))
