"""A sync whose files are parsed and embedded by the workers of a Ray cluster.

The process that syncs stays the only one that gives ids and writes. It hands files out ahead of where it is, a few for
each worker, and takes what became of them in the files' order; so a sync leaves the same index as without Ray, and one
that was cut off goes on as every sync does. A worker that dies is started anew by Ray and given its files again.

files → at most `_EACH` a worker under way → Worker.read → `parse`, `embed` → Index
"""

from __future__ import annotations

import logging
import os
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..errors import DocumentError, IndexFailure, ModelMissing, first_line
from ..formats.loading import RawFile
from ..formats.parsing import Parser, ParsingFailed
from ..indexing.embedding import Embedder, Embedding, Spans
from ..records import Document, OnProgress, Progress
from ..settings import PARSING_LIMITS, Settings
from .ray_worker import Read, Worker
from .sync_engine import SyncEngine

_EACH = 4
"""Files under way for each worker: the next one lies ready, and a large one holds few others up."""
_TRIES = 3
"""How often a file is given to a worker; one that ends each of them is read in this process's own child."""
_File = tuple[str, str]
"""A name, which may tell title and date, and the hash of all else."""
_START_WITHIN = 300.0
_LISTENS_WITHIN = 5.0
_FOR_WORKERS = {"embedding_model", "offline", *PARSING_LIMITS}


@contextmanager
def on_ray(
    settings: Settings,
    parser: Parser,
    embedder: Embedder,
    progress: OnProgress,
) -> Iterator[SyncEngine]:
    """An engine with workers, on the cluster of `ray_address` or on one of this machine's, until the block ends.

    Raises ModelMissing without Ray, and IndexFailure for a cluster that is not there or has another embedding model.
    """
    with _cluster(settings, progress):
        import ray

        remote: Any = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=_TRIES)(Worker)
        plain = settings.model_dump(mode="json", include=_FOR_WORKERS)
        there: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        count = settings.ray_workers or max(1, int(there.get("CPU", 1)))
        workers = [remote.remote(plain, embedder.opener) for _ in range(count)]
        progress(Progress(f"starting {count} workers"))
        try:
            found = set(ray.get([worker.fingerprint.remote() for worker in workers], timeout=_START_WITHIN))
        except ray.exceptions.GetTimeoutError:
            told = f"the Ray cluster has no room for {count} workers; set ray_workers to fewer, or try again later"
            raise IndexFailure(told) from None
        except ray.exceptions.RayError as error:
            raise IndexFailure(f"the workers do not start ({first_line(error)}); look at Ray's logs") from None
        if found != {embedder.fingerprint}:
            raise IndexFailure("the workers have another embedding model than this machine; install the same one there")
        engine = RayEngine(settings, parser, embedder, workers)
        try:
            yield engine
        finally:
            for worker in workers:
                ray.kill(worker)


class RayEngine(SyncEngine):
    """Hands files out ahead of where the sync is. What no worker has read, this process reads itself."""

    def __init__(self, settings: Settings, parser: Parser, embedder: Embedder, workers: Sequence[Any]) -> None:
        super().__init__(settings, parser, embedder)
        self.workers = workers
        self._files: Iterator[RawFile] = iter(())
        self._under_way: deque[tuple[_File, Any]] = deque()
        """Files, each with what Ray will have of it, in their order."""
        self._given = 0
        self._vectors: dict[tuple[str, Spans], Embedding] = {}

    def ahead(self, files: Iterator[RawFile]) -> None:
        """Begin with the first of them; the others follow as these are taken."""
        self._files = files
        self._hand_out()

    def parse(self, raw: RawFile) -> Document:
        """What a worker made of the file. Raises DocumentError as it said."""
        read = self._taken((raw.name, raw.hash))
        if read is None:
            return super().parse(raw)
        if read.document is None:
            raise (ParsingFailed if read.may_succeed else DocumentError)(read.failure)
        self._vectors |= read.vectors
        return read.document

    def embed(self, texts: Sequence[str], spans: Sequence[Spans], progress: OnProgress) -> list[Embedding]:
        """The vectors that came with the documents; for what came without, those of this process's own model."""
        asked = [(text, tuple(within)) for text, within in zip(texts, spans, strict=True)]
        missing = [one for one in dict.fromkeys(asked) if one not in self._vectors]
        made = super().embed([text for text, _ in missing], [within for _, within in missing], progress)
        found, self._vectors = self._vectors, {}
        found.update(zip(missing, made, strict=True))
        progress(Progress("embedding", len(asked), len(asked)))
        return [found[one] for one in asked]

    def _taken(self, file: _File) -> Read | None:
        """What became of a file; None for one that was not handed out. Those before it that nobody wanted go."""
        import ray

        if not any(file == handed for handed, _ in self._under_way):
            return None
        while True:
            handed, coming = self._under_way.popleft()
            if handed == file:
                break
        self._hand_out()
        try:
            read: Read = ray.get(coming)
        except ray.exceptions.RayError:  # it ended every worker that it was given to
            return None
        return read

    def _hand_out(self) -> None:
        while len(self._under_way) < _EACH * len(self.workers):
            raw = next(self._files, None)
            if raw is None:
                return
            worker = self.workers[self._given % len(self.workers)]
            self._given += 1
            self._under_way.append(((raw.name, raw.hash), worker.read.remote(raw)))


@contextmanager
def _cluster(settings: Settings, progress: OnProgress) -> Iterator[None]:
    """A connection to a cluster; one of this machine's own is started on loopback, and ends with the block."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # or it tells its makers
    if not settings.ray_address:
        # Ray's own switch for systems without clusters: everything listens on loopback, and on nothing else.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    try:
        import ray
    except ImportError:
        raise ModelMissing("--engine ray needs a package: run pip install 'briefing-assistant[ray]'") from None
    if settings.ray_address:
        _check(settings.ray_address)
    progress(Progress("joining the Ray cluster" if settings.ray_address else "starting Ray on this machine"))
    own: dict[str, Any] = {"include_dashboard": False, "num_cpus": settings.ray_workers}
    try:
        ray.init(
            settings.ray_address or "local",
            log_to_driver=False,
            logging_level=logging.ERROR,
            **({} if settings.ray_address else own),
        )
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        told = f"the Ray cluster cannot be joined ({first_line(error)}); one with a token needs RAY_AUTH_TOKEN set"
        raise IndexFailure(told) from None
    try:
        yield
    finally:
        ray.shutdown()


def _check(address: str) -> None:
    """Raises IndexFailure where nothing listens at an address; Ray itself would try for minutes."""
    host, _, port = address.rpartition("//")[2].rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=_LISTENS_WITHIN).close()
    except (OSError, ValueError):
        told = f"there is no Ray cluster at {address}; look at ray_address (host:port, as 'ray start --head' tells)"
        raise IndexFailure(told) from None
