"""Jobs for processes that let what they do be killed; see crashing.py."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from queue import Queue
from typing import Any

from assistant.settings import Settings
from tests.conftest import CLONE

REACH = re.compile(r'failpoints\.reach\("([^"]+)"\)')
TELL = ["tell"]
WORKERS = 2


class Crashing:
    """Runs jobs in forks of a few processes, which work at the same time; see crashing.py."""

    def __init__(self) -> None:
        self._idle: Queue[subprocess.Popen[bytes]] = Queue()
        for _ in range(WORKERS):
            command = [sys.executable, "-m", "tests.crashing"]
            self._idle.put(subprocess.Popen(command, cwd=CLONE, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        self.fresh: dict[str, dict[str, Any]] = {}
        """What is told of an index made from nothing, by what the folder holds."""

    def __call__(self, settings: Settings, **job: Any) -> dict[str, Any]:
        process = self._idle.get()
        try:
            assert process.stdin
            assert process.stdout
            plain = {**job, "settings": settings.model_dump(mode="json")}
            process.stdin.write(json.dumps(plain).encode() + b"\n")
            process.stdin.flush()
            told: dict[str, Any] = json.loads(process.stdout.readline())
        finally:
            self._idle.put(process)
        assert "error" not in told, told["error"]
        return told

    def close(self) -> None:
        for _ in range(WORKERS):
            self._idle.get().communicate()
