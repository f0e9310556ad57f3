"""An owner process on fakes, in place of `assistant.service.owner`: settings on standard input.

`DIES_AT` in its environment names a file with a number: it is the event of a stream at which this process ends itself
as by kill -9, once; the file is deleted first. `OPEN_FILES` bounds how many files it may have open.
"""

import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError
from assistant.service import wire
from assistant.service.engine import Engine
from assistant.service.owner import Owner
from assistant.settings import Settings
from tests.fakes import WordEmbedder

send = wire.send


def end_at(file: Path) -> None:
    left = int(file.read_text())

    def send_or_die(connection: Any, message: dict[str, Any]) -> None:
        nonlocal left
        left -= message.get("event") in ("Retrieved", "Text", "Done")
        if left < 0:
            file.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        send(connection, message)

    wire.send = send_or_die


def main() -> None:
    if files := int(os.environ.get("OPEN_FILES", "0")):
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    settings = Settings(**json.load(sys.stdin))
    dies_at = Path(os.environ.get("DIES_AT", "/nowhere"))
    if dies_at.exists():
        end_at(dies_at)
    owner = Owner(Engine(settings, WordEmbedder(), wait=3), settings)
    signal.signal(signal.SIGTERM, lambda *_: owner.retire())
    owner.serve()


if __name__ == "__main__":
    try:
        main()
    except AssistantError as error:
        sys.exit(f"{type(error).__name__}: {error}")
