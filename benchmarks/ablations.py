"""What each mechanism of answering brings: `python -m benchmarks.ablations --data DIR [SET ...] --limit 8`.

The product as it is, with the local model, and one variant for each mechanism switched off. Prints a Markdown table:
a line for every set, question type and variant; `benchmarks.measures` says what the figures are.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any
from unittest.mock import patch

from assistant import Answer, Done, Settings
from assistant.answers import answering, draft
from assistant.errors import ModelUnavailable
from assistant.finding import retrieval
from assistant.finding.retrieval import FoundSentence, Retrieval
from assistant.language_models.models import ChatModel, open_chat_model
from assistant.records import ClaimCheck
from assistant.service.engine import Engine

from .answers import first, write
from .measures import Row, measured
from .questions import load, names

_FIGURES = ("correct", "recall", "refused", "evidence_cited", "on_evidence", "loose_values", "unsupported_words")


@contextmanager
def nothing_off() -> Iterator[None]:
    """The product as it is."""
    yield


@contextmanager
def unchecked() -> Iterator[None]:
    """What the model writes is shown as it is."""
    with (
        patch.object(draft, "check_claim", lambda *_, **__: ClaimCheck(True)),
        patch.object(draft, "holds_the_kind", lambda *_: True),
    ):
        yield


@contextmanager
def never_unsure() -> Iterator[None]:
    """The model's certainty, and how much of the matter the sentences speak of, refuse nothing."""
    with patch.object(answering, "_stated", lambda *_: True):
        yield


@contextmanager
def whole_chunks() -> Iterator[None]:
    """The model reads and points at passages, runs of up to three sentences, each shown as one.

    The check has to be off: it takes one sentence at a time.
    """

    def search(*given: Any) -> Retrieval:
        found = retrieval.search(*given)
        described = {s.document.document_id: s.document for s in found.sentences}
        whole = [
            FoundSentence(described[p.document_id], p.section, p.start, p.end, p.text, p.score) for p in found.passages
        ]
        return replace(found, sentences=whole)

    with patch.object(answering, "search", search):
        yield


@dataclass(frozen=True, slots=True)
class Variant:
    """The product with something off: its name, how it is brought about, and whether the model writes its claims."""

    name: str
    off: tuple[Callable[[], AbstractContextManager[None]], ...]
    writes: bool = False
    schema: bool = True


_VARIANTS = (
    Variant("as it is", (nothing_off,)),
    Variant("certainty refuses nothing", (never_unsure,)),
    Variant("chunks for sentences", (whole_chunks, unchecked)),
    Variant("the model writes, checked", (nothing_off,), writes=True),
    Variant("the model writes, checked, no schema", (nothing_off,), writes=True, schema=False),
    Variant("the model writes, no check", (unchecked,), writes=True),
)


def ask(engine: Engine, question: str) -> Answer:
    """The whole answer; a model that failed has given none."""
    try:
        return next(event.answer for event in engine.stream(question) if isinstance(event, Done))
    except ModelUnavailable:
        return Answer(question, "", answered=False, kind="refusal")


def rows(given: argparse.Namespace, name: str, variant: Variant, model: ChatModel, place: Path) -> Iterator[Row]:
    """The answers of one variant to a set's questions, as `benchmarks.measures` reads them."""
    docs, questions = load(given.data, name)
    settings = Settings(**{f"{kind}_dir": place / name / kind for kind in ("corpus", "data", "state")})
    if not settings.corpus_dir.exists():
        write(docs, settings.corpus_dir)
    chat = replace(model, judges=model.judges and not variant.writes, json_schema=variant.schema, close=lambda: None)
    engine = Engine(settings, chat_model=chat)
    engine.sync()
    for question in first(questions, given.limit):
        began = time.perf_counter()
        answer = ask(engine, question["question"])
        yield {
            "system": "product",
            "type": question["type"] if question["answerable"] else "unanswerable",
            **{key: question[key] for key in ("id", "question", "answerable", "evidence")},
            "expected": question["answer"] or "",
            "documents": [str(i) for i in question["document_ids"]],
            "text": answer.text,
            "answered": answer.answered,
            "seconds": time.perf_counter() - began,
            "sources": [
                {"document": Path(c.source).stem, "text": c.quote, "title": c.title, "published": str(c.published)}
                for c in answer.citations
            ],
            "derived": [(d.value, d.expression) for d in answer.derived],
        }
    engine.close()


def shown(found: list[Row]) -> str:
    """The figures of some answers as cells of a table."""
    columns = [measured(row) for row in found]
    totals = {figure: [sum(c[figure][n] for c in columns) for n in (0, 1)] for figure in _FIGURES}
    return " | ".join(f"{total / count:.2f}" if count else "–" for total, count in totals.values())


def main() -> None:
    """Ask every variant and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the question sets")
    parser.add_argument("sets", nargs="*", help="all that the folder holds by default")
    parser.add_argument("--limit", type=int, help="questions of each type; all by default")
    given = parser.parse_args()
    print(f"| set | questions | variant | n | {' | '.join(_FIGURES)} |\n|{'---|' * (4 + len(_FIGURES))}")
    model = open_chat_model(Settings(llm="embedded"), lambda _: None)
    if model is None:
        sys.exit("the ablations need the local model: run 'assistant models pull'")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        stack.callback(model.close)
        for name in given.sets or names(given.data):
            for variant in _VARIANTS:
                with ExitStack() as off:
                    for switch in variant.off:
                        off.enter_context(switch())
                    found = sorted(rows(given, name, variant, model, Path(folder)), key=lambda row: row["type"])
                for kind, own in groupby(found, key=lambda row: row["type"]):
                    mine = list(own)
                    print(f"| {name} | {kind} | {variant.name} | {len(mine)} | {shown(mine)} |", flush=True)


if __name__ == "__main__":
    main()
