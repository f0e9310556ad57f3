"""An owner process on fakes: `python -m tests.fake_owner SETTINGS_AS_JSON`."""

import json
import signal
import sys

from assistant.engine import Engine
from assistant.owner import Owner
from assistant.settings import Settings
from tests.fakes import WordEmbedder

if __name__ == "__main__":
    settings = Settings(**json.loads(sys.argv[1]))
    owner = Owner(Engine(settings, WordEmbedder(), wait=10), settings)
    signal.signal(signal.SIGTERM, lambda *_: owner.retire())
    owner.serve()
