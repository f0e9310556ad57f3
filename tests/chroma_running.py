"""A real Chroma server, as `chroma run` starts one, for tests of what several machines share."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx

_START_WITHIN = 30.0


class RunningChroma:
    """A server on a folder and a free port of loopback, which can be ended and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        program = Path(sys.executable).with_name("chroma")
        where = ["--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self._port)]
        self._process = subprocess.Popen(
            [program, "run", *where],
            env={**os.environ, "ANONYMIZED_TELEMETRY": "False"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        pause = threading.Event()
        for _ in range(int(_START_WITHIN / 0.05)):
            assert self._process.poll() is None, "chroma run has ended"
            try:
                httpx.get(f"{self.url}/api/v2/heartbeat", trust_env=False).raise_for_status()
            except httpx.HTTPError:
                pause.wait(0.05)
            else:
                return
        raise AssertionError("chroma run does not answer")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def clear(self) -> None:
        """Leave nothing of earlier tests on it."""
        import chromadb
        from chromadb.config import Settings as ChromaSettings

        client = chromadb.HttpClient(
            port=self._port, host="127.0.0.1", settings=ChromaSettings(anonymized_telemetry=False)
        )
        for collection in client.list_collections():
            client.delete_collection(collection.name)
