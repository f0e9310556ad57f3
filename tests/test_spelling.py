"""What is written in two ways that say the same becomes one of them, and nothing else does."""

import pytest

from assistant.language.spelling import written_out


@pytest.mark.parametrize(
    ("text", "one_way"),
    [
        ("It rose , he said .", "It rose, he said."),
        ("Acme 's plant ( new )", "Acme's plant (new)"),
        ("“ It is `` so '' he said", "“It is so'' he said"),
        ("$2 per share", "$2 a share"),
        ("20°C, 5 ° F", "20 degrees Celsius, 5 degrees Fahrenheit"),
        ("It is going to close and they are to open", "It will close and they will open"),
        ("It has to close, is obliged to pay and are required to sell", "It must close, must pay and must sell"),
        ("It is able to pay", "It can pay"),
        ("It has 1,200 employees", "It employs 1,200 people"),
        ("It had 90 employees", "It employed 90 people"),
        ("It has its head office in Rome", "It is headquartered in Rome"),
        ("It had its headquarters in Rome", "It was headquartered in Rome"),
        ("5km, 3 MW and 12 kg", "5 kilometres, 3 megawatts and 12 kilograms"),
        ("5 meters and a kilometer of 2 liters", "5 metres and a kilometre of 2 litres"),
    ],
)
def test_one_way_of_writing_is_taken_for_another(text: str, one_way: str):
    assert written_out(text) == one_way
    assert written_out(one_way) == one_way


@pytest.mark.parametrize(
    "text",
    ["5 per cent", "3 per annum", "It is to date", "It is to blame", "It has to date", "5 cows", "12 KG", "a meterman"],
)
def test_what_only_looks_like_it_stays_as_it_is(text: str):
    assert written_out(text) == text
