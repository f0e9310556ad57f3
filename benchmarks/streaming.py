"""What somebody who watches an answer come feels: `python -m benchmarks.streaming [--corpus DIR] [--llm SPEC]`.

Asks what each article's title says, through the process that holds index and models, and prints seconds until the
passages are there, until the first words and until the end. Then it stops answers while the model reads, from another
thread: seconds until the reader is let go, and until the first words of the question that is asked right after, beside
those of a question that follows no stop.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from assistant import Assistant, Retrieved, Settings, Text
from assistant.service.owner_process import stop

_INTO = 0.43
"""Seconds after the passages at which an answer is stopped."""


def main() -> None:
    """Print the two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--llm", default="embedded")
    parser.add_argument("--questions", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        settings = Settings(corpus_dir=given.corpus, data_dir=place / "index", state_dir=place / "state", llm=given.llm)
        with Assistant.open(settings) as assistant:
            assistant.sync()
            assistant.prepare()
            questions = [f"What about “{document.title}”?" for document in assistant.documents()][: given.questions + 1]
            _watched(assistant, questions.pop())  # the first answer loads what the others find loaded
            whole = np.array([_watched(assistant, question) for question in questions])
            _show(["passages", "first words", "whole answer"], whole)
            if given.llm != "extractive":
                # Questions the model has not read before, each half of them after a stop and not.
                fresh = [f"Who is named in {question.removeprefix('What about ')}" for question in questions]
                alone = np.array([_watched(assistant, question)[1:2] for question in fresh[::2]])
                _show(["first words, nothing stopped before"], alone)
                after = np.array(
                    [_stopped(assistant, f"Why was {q.removeprefix('Who is named in ')}", q) for q in fresh[1::2]]
                )
                _show(["let go", "first words of the question after"], after)
        stop(settings)


def _watched(assistant: Assistant, question: str) -> tuple[float, float, float]:
    """Seconds until the passages, the first words and the end."""
    began = time.perf_counter()
    at: dict[type, float] = {}
    for event in assistant.stream(question):
        at.setdefault(type(event), time.perf_counter() - began)
    return at[Retrieved], at[Text], time.perf_counter() - began


def _stopped(assistant: Assistant, question: str, following: str) -> tuple[float, float]:
    """Seconds until the reader of a stopped answer is let go, and until the first words of the next one."""
    there = threading.Event()
    stream = assistant.stream(question)

    def read() -> None:
        for event in stream:
            if isinstance(event, Retrieved):
                there.set()

    reader = threading.Thread(target=read)
    reader.start()
    there.wait()
    time.sleep(_INTO)
    began = time.perf_counter()
    stream.close()
    reader.join()
    let_go = time.perf_counter() - began
    return let_go, _watched(assistant, following)[1]


def _show(names: list[str], seconds: np.ndarray) -> None:
    print(f"{len(seconds)} questions, seconds | p50 | p95 | most\n---|---|---|---")
    for name, column in zip(names, seconds.T, strict=True):
        print(f"{name} | {np.median(column):.2f} | {np.percentile(column, 95):.2f} | {column.max():.2f}")


if __name__ == "__main__":
    main()
