"""A process that does things to a corpus in forks of itself, and lets them be killed: `python -m tests.crashing`.

It reads one job a line from standard input, as JSON, and answers each with a line. A fork costs a hundredth of a
process of its own, so that a thousand kills can be afforded; the kill is real.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
import traceback
from contextlib import closing
from pathlib import Path
from typing import Any

import chromadb
import chromadb.api.fastapi
import chromadb.api.models.Collection
import chromadb.api.rust  # noqa: F401
import datasketch  # noqa: F401 - which takes a second to load, like the others

from assistant.errors import AssistantError
from assistant.formats import Limits
from assistant.formats.loading import RawFile, parse
from assistant.formats.parsing import Parser
from assistant.indexing import index, probing
from assistant.indexing.schema import VECTORS
from assistant.records import Document
from assistant.service.engine import Engine
from assistant.settings import Settings
from assistant.storage import failpoints
from tests.changing import change, held
from tests.conftest import index_of
from tests.fakes import WordEmbedder


class ParsesHere(Parser):
    """Parses in this process: whose parser dies is not what is tested here."""

    def parse(self, raw: RawFile, settings: Settings) -> Document:
        return parse(raw, Limits.of(settings))


def open_engine(settings: Settings, embedder: str) -> Engine:
    return Engine(settings, WordEmbedder(name=embedder), parser=ParsesHere(), wait=10)


def do(engine: Engine, name: str, *arguments: Any) -> None:
    """One thing; those that end in a path take it as a string."""
    paths = {"add", "backup", "restore_backup"}
    given = [Path(a) if name in paths else Document.from_dict(a) if name == "add_document" else a for a in arguments]
    getattr(engine, name)(*given)


def live(job: dict[str, Any], settings: Settings) -> None:
    """Change the folder and call the engine at random, until somebody ends it."""
    draw = random.Random(job["seed"])
    while True:
        engine = open_engine(settings, draw.choice(["words", "words", "words", "others"]))
        for _ in range(draw.randint(2, 6)):
            change(draw, settings.corpus_dir)
            known = [document.document_id for document in engine.documents()]
            what = draw.choice(["sync", "remove", "restore", "amend", "add"])
            try:
                if what == "remove" and known:
                    engine.remove(draw.choice(known))
                elif what == "restore" and known:
                    engine.restore(engine.remove(draw.choice(known)).removed[0])
                elif what == "amend" and known:
                    engine.amend(draw.choice(known), {"title": f"Title {draw.randint(1, 9)}"})
                elif what == "add":
                    engine.add(Path(job["drop"]))
                else:
                    engine.sync()
            except (AssistantError, IndexError):
                continue
        engine.close()


def state(engine: Engine, settings: Settings) -> dict[str, Any]:
    """All that can be told of index, ledger, folder and trash."""
    opened = index_of(engine)
    rows, vectors = opened.catalogue.chunk_ids(), opened.vectors.ids()
    reached = opened.vectors.search([opened.embedder.embed(["port"])[0].vector], max(1, len(rows)), None)[0]
    documents = engine.documents()
    return {
        "held": sorted([list(sources), repr(known)] for sources, known in held(engine).items()),
        "states": sorted([document.sources, document.state] for document in documents),
        "ids": {source: document.document_id for document in documents for source in document.sources},
        "failures": sorted(engine.failures()),
        "problems": [*opened.catalogue.problems(thorough=True), *opened.catalogue.orphans()],
        "lost": sorted(rows - vectors) + sorted(vectors - rows) + sorted(rows - set(reached)),
        "corpus": files(settings.corpus_dir),
        "trash": sorted(files(settings.state_dir / "trash").values()),
        "gone": gone(settings.state_dir / "ledger.sqlite"),
        "kept": len(files(settings.state_dir / "kept")),
    }


def gone(ledger: Path) -> list[str]:
    """The files that the ledger knows to be gone: others of their names are other documents."""
    with closing(sqlite3.connect(ledger)) as connection:
        rows = connection.execute(
            "SELECT source FROM ids WHERE gone AND source NOT LIKE char(0) || '%' ORDER BY source"
        )
        return [row[0] for row in rows if not row[0].startswith("\0")]


def files(top: Path) -> dict[str, str]:
    found = {path.relative_to(top).as_posix(): path for path in top.rglob("*") if path.is_file()}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for name, path in sorted(found.items())}


def run(job: dict[str, Any], line: int) -> None:
    """In the fork: do what the job says and write what came of it."""
    reached: list[str] = []

    def on_reach(name: str) -> None:
        reached.append(name)
        if job.get("kill_at") == len(reached):
            os.kill(os.getpid(), signal.SIGKILL)

    failpoints.on_reach = on_reach
    if not job.get("probe_apart"):
        # This process is a fork that may be killed a thousand times: it is not worth a seam in the index that nobody
        # else uses, and the patch ends with it. What is patched has scenes of its own, which ask for `probe_apart`.
        index.problems = probed_here  # type: ignore[assignment]
    settings = Settings(**job["settings"])
    if "seed" in job:
        live(job, settings)
    engine = open_engine(settings, job.get("embedder", "words"))
    states = []
    for call in job["do"]:
        if call == ["tell"]:
            states.append({"reached": list(reached), **state(engine, settings)})
        elif call[0] == "copy":
            shutil.copytree(settings.corpus_dir, call[1])
        else:
            do(engine, *call)
    engine.close()
    os.write(line, json.dumps({"told": states}).encode())


def probed_here(data_dir: Path, fingerprint: str, count: int, *, all_there: bool) -> list[str]:
    """What the process for it would say, without the second that starting one takes."""
    reach = probing.look(data_dir, data_dir / VECTORS, fingerprint, every=False)
    return ["some are missing"] if all_there and reach.count != count else reach.problems


def forked(job: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            run(job, writing)
            code = 0
        except BaseException:  # noqa: BLE001 - whatever it is, it is told
            os.write(writing, json.dumps({"error": traceback.format_exc()}).encode())
        finally:
            os._exit(code)
    os.close(writing)
    if "seed" in job:
        time.sleep(job["kill_after"])
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as line:
        said = line.read()
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return {"killed": killed, **(json.loads(said) if said else {})}


if __name__ == "__main__":
    for each in sys.stdin:
        sys.stdout.write(json.dumps(forked(json.loads(each))) + "\n")
        sys.stdout.flush()
