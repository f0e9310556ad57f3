"""What a file that is written has behind it."""

import os
from pathlib import Path

import pytest

from assistant.storage import moving


def test_what_is_written_is_there_only_once_the_disk_itself_says_so(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(OSError, match="Invalid argument"):  # no disk is behind a pipe that could say so
        moving.write(pipe, b"The port was sold.")
    assert os.read(reading, 100) == b"The port was sold."
    os.close(reading)
