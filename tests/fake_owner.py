"""An owner process on fakes, in place of `assistant.service.owner`: settings on standard input.

`DIES_AT` in its environment names a file with a number: it is the event of a stream at which this process ends itself
as by kill -9, once; the file is deleted first. `OPEN_FILES` bounds how many files it may have open.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError
from assistant.records import Event, Waiting
from assistant.service.engine import Engine
from assistant.service.owner import Owner
from assistant.settings import Settings
from tests.fakes import WordEmbedder


class Dying(Engine):
    """Ends its process at that event of its streams."""

    def __init__(self, file: Path, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._file, self._left = file, int(file.read_text())

    def stream(self, *given: Any, **named: Any) -> Generator[Event]:
        for event in super().stream(*given, **named):
            self._left -= not isinstance(event, Waiting)
            if self._left < 0:
                self._file.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
            yield event


def main() -> None:
    if files := int(os.environ.get("OPEN_FILES", "0")):
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    settings = Settings(**json.load(sys.stdin))
    dies_at = Path(os.environ.get("DIES_AT", "/nowhere"))
    open_engine = partial(Dying, dies_at) if dies_at.exists() else Engine
    owner = Owner(open_engine(settings, WordEmbedder(), wait=3), settings)
    signal.signal(signal.SIGTERM, lambda *_: owner.retire())
    owner.serve()


if __name__ == "__main__":
    try:
        main()
    except AssistantError as error:
        sys.exit(f"{type(error).__name__}: {error}")
