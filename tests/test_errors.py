from assistant.errors import first_line


def test_an_error_of_many_lines_is_told_by_its_first():
    assert first_line(ValueError("\n the disk failed \nand this is where:")) == "the disk failed"


def test_an_error_that_says_nothing_is_told_by_its_kind():
    assert first_line(KeyError()) == "KeyError"
    assert first_line(ValueError(" \n")) == "ValueError"
