"""Many people at the page at once: `python -m benchmarks.load [--people N] [--minutes M] [--llm extractive|embedded]`.

Serves the page on a corpus of its own, in folders of its own, and has each person open a tab and ask every ten seconds
on average, each question with a token of its own (locust; `benchmarks.load_user`). Prints one table: what was asked,
what failed, who saw somebody else's text, how long sources and answers took, and what memory did. docs/load.md tells
how to read it. Nothing leaves the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from assistant.service.owner_process import stop
from assistant.service.wire import Address
from assistant.settings import Settings

from . import load_corpus

_HERE = Path(__file__).parent
_LOOK_EVERY = 2.0
"""Seconds between two looks at the memory."""
_LET_FINISH = 70
"""Seconds that questions under way have when the time is over."""
_SETTLES = 60.0
"""Seconds after which memory should stay as it is; in a short run, a third of it."""


@dataclass(slots=True)
class Watched:
    """Memory of the processes over time, MB; processor seconds of the load generator and of those watched."""

    seconds: list[float] = field(default_factory=list)
    memory: dict[str, list[float]] = field(default_factory=lambda: {"page": [], "owner": [], "its children": []})
    spent: dict[str, float] = field(default_factory=dict)

    def look(self, began: float, page: psutil.Process, owner: psutil.Process, load: psutil.Process) -> None:
        """Measure once more."""
        below = [child for child in owner.children(recursive=True) if child.is_running()]
        found = {"page": _megabytes([page]), "owner": _megabytes([owner]), "its children": _megabytes(below)}
        self.seconds.append(time.monotonic() - began)
        for name, value in found.items():
            self.memory[name].append(value)
        for name, process in (("page", page), ("owner", owner), ("load generator", load)):
            times = process.cpu_times()
            self.spent[name] = times.user + times.system


def measure(
    people: int,
    seconds: float,
    llm: str,
    articles: int,
    *,
    every: float = 10.0,
    sign_in: str = "",
    program: str = "assistant",
) -> tuple[list[dict[str, Any]], Watched]:
    """What each person met, a record for each arrival and question, and what the processes needed."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        facts = load_corpus.write(place / "corpus", articles)
        (place / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
        (place / "record.jsonl").touch()
        watched = Watched()
        with (
            _served(place, llm, program) as (address, page, owner),
            _load(place, address, people, seconds, every, sign_in) as load,
        ):
            began = time.monotonic()
            before = {"page": _spent(page), "owner": _spent(owner)}
            while load.poll() is None and time.monotonic() - began < seconds + _LET_FINISH:
                if time.monotonic() - began < seconds:
                    watched.look(began, page, owner, psutil.Process(load.pid))
                time.sleep(_LOOK_EVERY)
            if load.poll() is None:
                load.kill()
        watched.spent = {name: value - before.get(name, 0.0) for name, value in watched.spent.items()}
        lines = (place / "record.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines], watched


@contextmanager
def _served(place: Path, llm: str, program: str) -> Iterator[tuple[str, psutil.Process, psutil.Process]]:
    """The page's address, its process and the owner's, once the corpus is read and the models are loaded."""
    folders = {"corpus_dir": place / "corpus", "data_dir": place / "index", "state_dir": place / "state"}
    settings = Settings(**folders, llm=llm)
    variables = {f"ASSISTANT_{name.upper()}": str(value) for name, value in {**folders, "llm": llm}.items()}
    environment = {**os.environ, **variables}
    assistant = [sys.executable, "-m", program]
    with subprocess.Popen(
        [*assistant, "serve", "--port", "0"], env=environment, cwd=_HERE.parent, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            address = _address(process)
            asked = [*assistant, "ask", "How many cranes were bought?"]
            subprocess.run(asked, env=environment, cwd=_HERE.parent, check=False, capture_output=True)
            owner = Address.read(settings.data_dir)
            if owner is None:
                raise SystemExit("the owner process ended before the load began; see its log")
            yield address, psutil.Process(process.pid), psutil.Process(owner.process)
        finally:
            process.terminate()
            stop(settings)


def _address(process: subprocess.Popen[str]) -> str:
    said = ""
    for line in process.stderr or ():
        said += line
        if "http://" in line:
            return "http://" + line.split("http://")[1].split()[0]
    raise SystemExit(f"the page did not start: {said}")


@contextmanager
def _load(
    place: Path, address: str, people: int, seconds: float, every: float, sign_in: str
) -> Iterator[subprocess.Popen[bytes]]:
    """The load generator, a process of its own."""
    command = [sys.executable, "-m", "locust", "--locustfile", str(_HERE / "load_user.py"), "--headless"]
    command += ["--users", str(people), "--spawn-rate", str(max(2.0, people / 10)), "--host", address]
    command += ["--run-time", f"{seconds:.0f}s", "--stop-timeout", str(_LET_FINISH), "--loglevel", "WARNING"]
    command += ["--facts", str(place / "facts.json"), "--record", str(place / "record.jsonl"), "--only-summary"]
    command += ["--every", str(every)]
    command += ["--sign-in", sign_in] if sign_in else []
    with (place / "load.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=_HERE.parent, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()
    said = (place / "load.log").read_text(encoding="utf-8", errors="replace")
    if "Traceback" in said:
        print(said, file=sys.stderr)


def _megabytes(processes: Sequence[psutil.Process]) -> float:
    found = 0.0
    for process in processes:
        try:
            found += process.memory_info().rss / 1e6
        except psutil.NoSuchProcess:
            continue
    return found


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def report(found: Sequence[dict[str, Any]], watched: Watched) -> str:
    """The table."""
    asked = [each for each in found if each["kind"] == "question"]
    arrived = [each["seconds"] for each in found if each["kind"] == "arrival" and "seconds" in each]
    errors = Counter(each["error"] for each in found if "error" in each)
    foreign = [each["foreign"] for each in found if "foreign" in each]
    good = [each for each in asked if "error" not in each]
    lines = [
        f"questions asked         {len(asked)}",
        f"errors                  {errors.total()}",
        f"foreign tokens seen     {len(foreign)}",
        f"answered with the fact  {sum(each['answered'] for each in good)}",
        f"without any source      {sum(not each['sources'] for each in good)}",
        f"first screen whole, s   {_spread(arrived)}",
        f"sources seen, s         {_spread([each['sources'] for each in good if each['sources']])}",
        f"answer whole, s         {_spread([each['done'] for each in good])}",
        *_memory(watched),
        *_processor(watched, len(asked)),
        *(f"error ×{count}: {error}" for error, count in errors.most_common(10)),
        *(f"foreign: {each}" for each in foreign[:10]),
    ]
    return "\n".join(lines)


def _spread(seconds: Sequence[float]) -> str:
    if not seconds:
        return "-"
    middle, late = np.percentile(seconds, [50, 95])
    return f"p50 {middle:.2f} · p95 {late:.2f} · max {max(seconds):.2f}"


def _memory(watched: Watched) -> Iterator[str]:
    seconds = np.array(watched.seconds)
    settled = seconds >= min(_SETTLES, seconds[-1] / 3)
    every = {name: np.array(values) for name, values in watched.memory.items()}
    for name, values in {**every, "all": sum(every.values())}.items():
        rest = values[settled]
        if not rest.any():
            continue
        rise = np.polyfit(seconds[settled] / 60, rest, 1)[0] if len(rest) > 1 else 0.0
        spread = rest.max() / max(rest.min(), 1e-9) - 1
        yield (
            f"memory, {name:16}{rest[0]:.0f} MB at {seconds[settled][0]:.0f} s,"
            f" then {rest.min():.0f} to {rest.max():.0f} ({spread:.1%} apart, {rise:+.1f} MB a minute)"
        )


def _processor(watched: Watched, questions: int) -> Iterator[str]:
    """What each process needed; unlike the times, little of it hangs on what else the machine does."""
    for name, spent in watched.spent.items():
        share = f"{spent / watched.seconds[-1]:.0%} of one core"
        yield f"processor, {name:15}{share}, {spent / max(1, questions):.2f} s a question"


def main() -> None:
    """Print the table; exit code 1 says that something failed or was shown to the wrong person."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two questions of one person")
    parser.add_argument("--llm", default="extractive")
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument(
        "--sign-in", default="", metavar="FILE", help="lines of name and password, for a page with users"
    )
    given = parser.parse_args()
    found, watched = measure(
        given.people, 60 * given.minutes, given.llm, given.articles, every=given.every, sign_in=given.sign_in
    )
    print(f"{given.people} people, {given.minutes:g} minutes, llm={given.llm}, {given.articles} articles")
    print(report(found, watched))
    sys.exit(any("error" in each or "foreign" in each for each in found))


if __name__ == "__main__":
    main()
