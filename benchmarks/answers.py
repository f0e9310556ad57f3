"""How good answers are, beside the chain of LangChain's tutorials: `python -m benchmarks.answers --data DIR [SET ...]`.

A question goes to the product, then to the chain, so that both meet the same noise of the machine (not where
--tutorial-log holds the chain's answer already: that one keeps the seconds it took then). Every answer is logged;
`--replay LOG` prints the tables again without a model. `benchmarks.measures` says what the figures are.
"Unanswerable" is a question type of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from assistant import Assistant, Settings
from assistant.service.owner_process import stop
from assistant.service.wire import Address

from .measures import Row, tables
from .questions import load, names
from .tutorial import Tutorial, model_name

Key = tuple[str, str, str]


def write(docs: Sequence[Row], corpus: Path) -> None:
    """Make the Markdown files of a folder those of the documents."""
    corpus.mkdir(parents=True, exist_ok=True)
    for path in corpus.glob("*.md"):
        path.unlink()
    for doc in docs:
        text = f"---\ntitle: {json.dumps(doc.get('title') or str(doc['id']))}\n---\n\n{doc['text']}\n"
        (corpus / f"{doc['id']}.md").write_text(text, encoding="utf-8")


@contextmanager
def opened(settings: Settings) -> Iterator[Assistant]:
    """The product, all documents indexed and all models loaded; no process of it is left behind."""
    with Assistant.open(settings) as assistant:
        try:
            if failed := assistant.sync().failed:
                sys.exit(f"{len(failed)} documents failed to load, such as {next(iter(failed.items()))}")
            assistant.prepare()
            yield assistant
        finally:
            owner = Address.read(settings.data_dir)
            if stop(settings) and owner:
                with suppress(ChildProcessError):  # where another program had started it
                    os.waitpid(owner.process, 0)


def first(questions: Sequence[Row], limit: int | None) -> Iterator[Row]:
    """The first questions of each type, answerable and not."""
    taken: dict[tuple[str, bool], int] = {}
    for question in questions:
        kind = question["type"], question["answerable"]
        taken[kind] = taken.get(kind, 0) + 1
        if limit is None or taken[kind] <= limit:
            yield question


def of_product(assistant: Assistant, question: Row) -> Row:
    """What the product answers, timed from outside."""
    history = [{"role": who, "content": text} for who, text in question.get("history", [])]
    began = time.perf_counter()
    answer = assistant.ask(question["question"], history=history)
    return {
        "system": "product",
        "text": answer.text,
        "answered": answer.answered,
        "seconds": time.perf_counter() - began,
        "sources": [
            {"document": Path(c.source).stem, "text": c.quote, "title": c.title, "published": str(c.published or "")}
            for c in answer.citations
        ],
        "derived": [(d.value, d.expression) for d in answer.derived],
        "model": answer.model,
    }


def of_tutorial(tutorial: Tutorial, question: Row) -> Row:
    """What the chain answers. Its sources are the chunks it read; it cites nothing."""
    reply = tutorial.ask(question["question"])
    return {
        "text": reply.text,
        "seconds": reply.seconds,
        "sources": [{"document": Path(c.metadata["source"]).stem, "text": c.page_content} for c in reply.chunks],
    }


def ask_set(given: argparse.Namespace, name: str, place: Path, kept: dict[Key, Row]) -> Iterator[Row]:
    """Ask both systems the questions of a set, one after the other; `kept` answers for the chain where it can."""
    docs, questions = load(given.data, name)
    asked = list(first(questions, given.limit))
    folders = {f"{kind}_dir": place / name / kind for kind in ("corpus", "data", "state")}
    settings = Settings(**folders, **({"llm": given.llm} if given.llm else {}))
    model = model_name(settings)
    write(docs, settings.corpus_dir)
    with ExitStack() as stack:
        tutorial = None
        if not given.no_tutorial and any((name, q["question"], model) not in kept for q in asked):
            tutorial = stack.enter_context(Tutorial(settings))
        assistant = stack.enter_context(opened(settings))
        for q in asked:
            about = {
                "set": name,
                "type": q["type"] if q["answerable"] else "unanswerable",
                **{key: q[key] for key in ("id", "question", "answerable", "evidence")},
                "expected": q["answer"] or "",
                "documents": [str(i) for i in q["document_ids"]],
            }
            yield {**of_product(assistant, q), **about, "system": "product"}
            reply = kept.get((name, q["question"], model)) or (tutorial and of_tutorial(tutorial, q))
            if reply and not given.no_tutorial:
                yield {**reply, **about, "system": "tutorial", "model": model}


def ask_all(given: argparse.Namespace) -> Iterator[list[Row]]:
    """The rows of each set, every one logged as soon as it is there."""
    old = read(given.tutorial_log) if given.tutorial_log and given.tutorial_log.exists() else []
    kept = {key(row): row for row in old if row["system"] == "tutorial"}
    mode = "w"
    with tempfile.TemporaryDirectory() as folder:
        for name in given.sets or names(given.data):
            rows = []
            for row in ask_set(given, name, given.work or Path(folder), kept):
                rows.append(row)
                log(row, given.log, mode)
                mode = "a"
                if given.tutorial_log and row["system"] == "tutorial" and key(row) not in kept:
                    log(row, given.tutorial_log, "a")
            yield rows


def log(row: Row, file: Path, mode: str) -> None:
    """Write a row at the end of a log, or as the first of a new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open(mode, encoding="utf-8") as lines:
        print(json.dumps(row), file=lines)


def replay(given: argparse.Namespace) -> Iterator[list[Row]]:
    """The rows of a log that was written earlier."""
    yield [row for row in read(given.replay) if not given.sets or row["set"] in given.sets]


def key(row: Row) -> Key:
    """What an answer of the chain depends on."""
    return row["set"], row["question"], row["model"]


def read(file: Path) -> list[Row]:
    """The rows of a log."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def main() -> None:
    """Ask, or read what was answered, and print a table for every set and question type."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="the folder of the question sets")
    source.add_argument("--replay", type=Path, metavar="LOG", help="ask nothing: print the tables of a log")
    parser.add_argument("sets", nargs="*", help="all that the folder holds by default")
    parser.add_argument("--limit", type=int, help="questions of each type; all by default")
    parser.add_argument("--llm", help="as the setting llm; the chain takes the local model where this is extractive")
    parser.add_argument("--work", type=Path, help="keep corpus and index here; a temporary folder by default")
    parser.add_argument("--log", type=Path, default=Path(".bench/answers.jsonl"), help="written anew (%(default)s)")
    parser.add_argument("--no-tutorial", action="store_true", help="ask the product alone")
    parser.add_argument("--tutorial-log", type=Path, help="answers of the chain: used again, and added to")
    given = parser.parse_args()
    if given.tutorial_log and given.tutorial_log.resolve() == given.log.resolve():
        parser.error("--log is written anew and --tutorial-log is kept: name two files")
    for rows in replay(given) if given.replay else ask_all(given):
        print("\n\n".join(tables(rows)), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
