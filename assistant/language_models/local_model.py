"""The local language model, run inside this process by llama.cpp (xllamacpp) and reached on loopback."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..errors import ModelDamaged, ModelMissing
from ..redaction import never_show

CONTEXT_TOKENS = 4096
"""What one request may hold, prompt and answer together."""

_CLOSE_WITHIN = 60.0
_TOKENS_AT_ONCE = 64
"""Tokens of a prompt read in one go, which nothing can stop.

Reading is as fast as with 512; a stopped question holds the next one up for a second in place of eight (two cores).
"""


class LocalModel:
    """A running llama.cpp server. It listens on a free loopback port and answers only to its own key.

    `close` stops it. Errors: ModelMissing when xllamacpp is not installed,
    ModelDamaged when the file is not a model that llama.cpp can load.
    """

    def __init__(self, path: Path, *, threads: int | None = None, requests_at_once: int = 1) -> None:
        try:
            from xllamacpp import CommonParams, Server
        except ImportError:
            raise ModelMissing(
                "llama.cpp is not installed; run 'pip install xllamacpp', or choose another llm"
            ) from None
        self.key = secrets.token_urlsafe(24)
        never_show(self.key)
        params = CommonParams()
        params.model.path = str(path)
        params.n_ctx = CONTEXT_TOKENS * requests_at_once  # shared out between the requests
        params.n_parallel = requests_at_once
        params.api_keys = [self.key]
        params.ui = False
        params.endpoint_slots = False
        params.cache_ram_mib = 256
        params.verbosity = 0
        params.n_batch = params.n_ubatch = _TOKENS_AT_ONCE
        cores = threads or os.cpu_count() or 1
        params.cpuparams.n_threads = cores
        params.cpuparams_batch.n_threads = cores
        try:
            self._server: Any = Server(params)
        except RuntimeError as error:
            raise ModelDamaged(
                f"{path} cannot be loaded as a language model ({error}); name another file in gguf"
            ) from None

    @property
    def base_url(self) -> str:
        """Where its OpenAI-compatible API is."""
        return f"{self._server.listening_address}/v1"

    def close(self) -> None:
        """Stop the server and give its memory back, once what it was asked has ended."""
        if self._server is not None:
            # llama.cpp waits for ever on a request that was given up and is still being read. One more,
            # which is answered after it, tells that there is none.
            with contextlib.suppress(OSError, http.client.HTTPException):
                self._ask_little()
        self._server = None

    def _ask_little(self) -> None:
        address = urlsplit(self._server.listening_address)
        line = http.client.HTTPConnection(str(address.hostname), address.port, timeout=_CLOSE_WITHIN)
        with contextlib.closing(line):
            headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
            line.request("POST", "/v1/completions", json.dumps({"prompt": "a", "max_tokens": 1}), headers)
            line.getresponse().read()
