"""Owner processes on fakes; see fake_owner.py."""

from __future__ import annotations

import subprocess
import sys

from assistant.service import wire
from assistant.settings import Settings
from tests.conftest import CLONE
from tests.waiting import wait_for


def start(settings: Settings) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-m", "tests.fake_owner"], cwd=CLONE, stdin=subprocess.PIPE)
    assert process.stdin
    process.stdin.write(settings.model_dump_json().encode())
    process.stdin.close()
    wait_for(lambda: (found := wire.Address.read(settings.data_dir)) and found.process == process.pid)
    return process
