"""The local model's OpenAI-compatible server in a process of its own, until its standard input ends."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from assistant.language_models.local_model import LocalModel


@contextmanager
def served(path: Path) -> Iterator[dict[str, str]]:
    """The `base_url` and the `key` of a server for a model's file."""
    command = [sys.executable, "-m", "tests.serving_model", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()


if __name__ == "__main__":
    with closing(LocalModel(Path(sys.argv[1]))) as model:
        sys.stdout.write(json.dumps({"base_url": model.base_url, "key": model.key}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
