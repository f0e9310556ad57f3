"""What it costs to share one owner: `python -m benchmarks.processes`.

Starts an owner on the sample corpus in folders of its own and prints how long a second process takes beside its search,
how long until it sees what another added, and how long a call takes that finds the owner killed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from assistant import Assistant, Settings
from assistant.service import owner_process, wire

_QUESTION = "who owns the model?"
_CORPUS = Path(__file__).parent.parent / "corpus"


def main() -> None:
    """Print one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=9)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as top:  # the owner may still be closing
        shutil.copytree(_CORPUS, Path(top, "corpus"))
        folders = {name: Path(top, name.removesuffix("_dir")) for name in ("corpus_dir", "data_dir", "state_dir")}
        settings = Settings(llm="extractive", **folders)
        try:
            _measure(settings, turns)
        finally:
            owner_process.stop(settings)


def _measure(settings: Settings, turns: int) -> None:
    first = _seconds(lambda: _search(settings))
    with Assistant.open(settings) as assistant:
        inside = median(_seconds(lambda: assistant.search(_QUESTION)) for _ in range(turns))
        python = median(_seconds(lambda: _run(settings, "-c", "pass")) for _ in range(turns))
        whole = median(_seconds(lambda: _run(settings, "-m", "assistant", "search", _QUESTION)) for _ in range(turns))
        print(f"first process, nothing running: {first:.2f} s")
        print(f"second process: {whole:.2f} s, of which search {inside:.3f} s and starting Python {python:.3f} s")
        print(f"before retrieval: {whole - inside:.2f} s")
        added = _seen_after(assistant, settings, by_hand=False, turns=turns)
        print(f"added in another process, seen after: {added:.2f} s")
        put = _seen_after(assistant, settings, by_hand=True, turns=turns)
        print(f"put into the folder by hand, seen after: {put:.2f} s")
        print(f"call that finds the owner killed: {_after_a_kill(assistant, settings):.2f} s")


def _seen_after(assistant: Assistant, settings: Settings, *, by_hand: bool, turns: int) -> float:
    """The longest time from when an article is there until a search of another process finds it."""
    waited = []
    for turn in range(turns):
        word = f"zanthor{'xy'[by_hand]}{turn}"
        file = Path(settings.data_dir.parent, f"{word}.md")
        file.write_text(f"The ferry {word} sank off Skarnholm.", encoding="utf-8")
        if by_hand:
            shutil.copy(file, settings.corpus_dir)
        else:
            _run(settings, "-m", "assistant", "add", str(file))
        began = time.perf_counter()
        while not any(word in passage.text for passage in assistant.search(f"Where did the {word} sink?")):
            time.sleep(0.01)
        waited.append(time.perf_counter() - began)
    return max(waited)


def _after_a_kill(assistant: Assistant, settings: Settings) -> float:
    if address := wire.Address.read(settings.data_dir):
        os.kill(address.process, signal.SIGKILL)
    return _seconds(lambda: assistant.search(_QUESTION))


def _search(settings: Settings) -> None:
    _run(settings, "-m", "assistant", "search", _QUESTION)


def _run(settings: Settings, *arguments: str) -> None:
    named = {
        f"ASSISTANT_{name.upper()}": str(getattr(settings, name)) for name in ("corpus_dir", "data_dir", "state_dir")
    }
    subprocess.run(
        [sys.executable, *arguments],
        check=True,
        capture_output=True,
        env={**os.environ, **named, "ASSISTANT_LLM": settings.llm},
    )


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
