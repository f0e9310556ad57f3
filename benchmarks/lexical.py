"""FTS5 against tantivy and bm25s as the lexical engine: `python -m benchmarks.lexical --data DIR [--chunks N ...]`.

Prints Markdown tables: quality on each question set (20 best chunks), cost as the corpus grows (the sets' chunks
under other titles again and again), and what a process sees that searches while another writes. FTS5 is the
product's catalogue without texts and vectors. All engines get the product's chunks and stems, one thread, BM25
with k1 = 1.2 and b = 0.75, and of a question the stems that the product looks up, or with --every-stem all.
Disk leaves out the stems that FTS5 reads from the product's own table; memory is the peak's growth (Linux only).
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import cached_property
from importlib.util import find_spec
from itertools import count, groupby, islice
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any, NamedTuple, Protocol
from unittest.mock import patch

import numpy as np

from assistant import Document, Passage, Settings
from assistant.finding.queries import telling_words, weights_of
from assistant.indexing.catalogue import Catalogue
from assistant.indexing.chunking import chunk
from assistant.indexing.embedding import Embedder
from assistant.indexing.index import _indexed
from assistant.indexing.indexed import IndexedChunk
from assistant.indexing.sentence_transformer import open_embedder
from assistant.language.terms import content

from .questions import document, load, names, score
from .scale import times

_K, _QUESTIONS, _ARTICLE = 20, 200, 10
_REPEATED_S, _WRITING_S, _AFTER_S, _BETWEEN_S = 3.0, 7.0, 2.0, 0.002
_NO_VECTORS = np.zeros((0, 1), dtype=np.float32)
_SPAWN = multiprocessing.get_context("spawn")


class Piece(NamedTuple):
    """A chunk: what is quoted of it, and its stems as the product indexes them, title and section first."""

    chunk_id: str
    document_id: str
    text: str
    stems: tuple[str, ...]


class Engine(Protocol):
    """A lexical index in a folder. What `put` and `remove` did is on disk when they return."""

    def put(self, pieces: Iterable[Piece]) -> None:
        """Add articles, the chunks of each in a row, in one commit."""

    def remove(self, document_id: str) -> None:
        """Remove an article."""

    def search(self, stems: Sequence[str]) -> list[str]:
        """The ids of the best chunks with any of the stems, best first."""

    def refresh(self) -> None:
        """Make searches see what another process wrote."""

    def megabytes(self) -> float:
        """On disk, once work in the background has ended; asked after writing."""


class _Fts5:
    """The product's catalogue: its statements for each article, in one transaction for all that are put at once."""

    def __init__(self, folder: Path) -> None:
        self._catalogue = Catalogue(folder)
        self._base = self._catalogue._database

    def put(self, pieces: Iterable[Piece]) -> None:
        once = self._base.transaction
        with once() as connection, patch.object(self._base, "transaction", lambda: nullcontext(connection)):
            for document_id, article in groupby(pieces, key=lambda piece: piece.document_id):
                rows = [IndexedChunk(p.chunk_id, document_id, 0, 0, "", (), p.stems, _NO_VECTORS) for p in article]
                self._catalogue.put_document(Document("", "", document_id), "", rows)

    def remove(self, document_id: str) -> None:
        self._catalogue.drop_documents([document_id])

    def search(self, stems: Sequence[str]) -> list[str]:
        return self._catalogue.words.search(stems, _K, None)

    def refresh(self) -> None:
        """Every statement sees the last commit."""

    def megabytes(self) -> float:
        tables = "SELECT sum(length(block)) FROM lexical_data UNION ALL SELECT sum(length(sz)) FROM lexical_docsize"
        return sum(int(row[0]) for row in self._base.query(tables)) / 1e6


class _Tantivy:
    """tantivy without positions; the second process opens the last commit before each search."""

    def __init__(self, folder: Path) -> None:
        self._library, self._folder = importlib.import_module("tantivy"), folder
        builder = self._library.SchemaBuilder()
        builder.add_text_field("chunk", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("stems", tokenizer_name="whitespace", index_option="freq")
        self._schema = builder.build()
        self._index = self._library.Index(self._schema, path=str(folder))

    @cached_property
    def _writer(self) -> Any:
        return self._index.writer(heap_size=64_000_000, num_threads=1)

    def put(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            fields = {"chunk": piece.chunk_id, "document": piece.document_id, "stems": " ".join(piece.stems)}
            self._writer.add_document(self._library.Document(**fields))
        self._writer.commit()

    def remove(self, document_id: str) -> None:
        self._writer.delete_documents_by_term("document", document_id)
        self._writer.commit()

    def search(self, stems: Sequence[str]) -> list[str]:
        query, should = self._library.Query, self._library.Occur.Should
        asked = query.boolean_query([(should, query.term_query(self._schema, "stems", s, "freq")) for s in stems])
        searcher = self._index.searcher()
        return [searcher.doc(place)["chunk"][0] for _, place in searcher.search(asked, _K, count=False).hits]

    def refresh(self) -> None:
        self._index.reload()

    def megabytes(self) -> float:
        self.__dict__.pop("_writer").wait_merging_threads()
        return _megabytes(self._folder)


class _Watching(_Tantivy):
    """tantivy that is left to notice commits by itself."""

    def refresh(self) -> None:
        """Its watcher does it."""


class _Bm25s:
    """bm25s with NumPy. It cannot change an index: an article more or less is a new one, saved over the old."""

    def __init__(self, folder: Path) -> None:
        self._library, self._folder = importlib.import_module("bm25s"), folder
        self._numbers: dict[str, int] = {}
        self._rows: list[tuple[str, str, list[int]]] = []
        self._loaded: list[int] = []
        self.refresh()

    def put(self, pieces: Iterable[Piece]) -> None:
        number = self._numbers
        for piece in pieces:
            stems = [number.setdefault(stem, len(number)) for stem in " ".join(piece.stems).split()]
            self._rows.append((piece.chunk_id, piece.document_id, stems))
        index = self._library.BM25(k1=1.2, b=0.75)
        index.index(([row[2] for row in self._rows], dict(number)), show_progress=False)
        index.save(self._folder, corpus=[row[0] for row in self._rows], show_progress=False)

    def remove(self, document_id: str) -> None:
        self._rows = [row for row in self._rows if row[1] != document_id]
        self.put(())

    def search(self, stems: Sequence[str]) -> list[str]:
        found = self._index.retrieve([list(stems)], k=min(_K, self._index.scores["num_docs"]), show_progress=False)
        return [row["text"] for row, value in zip(found.documents[0], found.scores[0], strict=True) if value > 0]

    def refresh(self) -> None:
        """Load all files where one of them changed."""
        changed = [path.stat().st_mtime_ns for path in sorted(self._folder.iterdir())]
        if changed != self._loaded:
            self._index = self._library.BM25.load(self._folder, load_corpus=True, show_progress=False)
            self._loaded = changed

    def megabytes(self) -> float:
        return _megabytes(self._folder)


Kind = Callable[[Path], Engine]
Stems = Callable[[str], list[str]]
ENGINES: dict[str, Kind] = {"FTS5": _Fts5, "tantivy": _Tantivy, "bm25s": _Bm25s}


def pieces(doc: Document, embedder: Embedder) -> list[Piece]:
    """An article's chunks as the product makes them."""
    parts = chunk(doc.text, doc.title, doc.published, embedder.count_tokens, embedder.window)
    rows = [_indexed(f"{doc.document_id}#{n}", part, doc, _NO_VECTORS) for n, part in enumerate(parts)]
    return [Piece(row.chunk_id, row.document_id, doc.text[row.start : row.end], row.terms) for row in rows]


def copies(base: Sequence[Piece], size: int) -> Iterator[Piece]:
    """So many chunks: the same ones again and again, each time under ids and titles of their own."""
    for turn, piece in islice(((turn, piece) for turn in count() for piece in base), size):
        title = f"{piece.stems[0]} {turn}" if turn else piece.stems[0]
        yield Piece(f"{turn}-{piece.chunk_id}", f"{turn}-{piece.document_id}", "", (title, *piece.stems[1:]))


def article(base: Sequence[Piece], name: str) -> list[Piece]:
    """A new article, with a stem that no other has: its name."""
    return [Piece(f"{name}#{n}", name, "", (name, *piece.stems)) for n, piece in enumerate(base[:_ARTICLE])]


def looked_up(base: Sequence[Piece]) -> Stems:
    """The stems of a question that the product looks up: with rarer ones, none that every tenth chunk has."""
    counts = Counter(stem for piece in base for stem in set(" ".join(piece.stems).split()))
    known = SimpleNamespace(frequencies=lambda stems: {s: counts[s] for s in stems}, chunk_count=lambda: len(base))
    index: Any = SimpleNamespace(catalogue=known)
    return lambda question: telling_words(index, weights_of(index, content(question)))


def quality(kind: Kind, base: Sequence[Piece], questions: Sequence[dict[str, Any]], stems: Stems) -> str:
    """hit@1, mrr@10 and evidence_recall of the best chunks."""
    chunks = {piece.chunk_id: piece for piece in base}
    asked = []
    with tempfile.TemporaryDirectory() as folder:
        engine = kind(Path(folder))
        engine.put(base)
        engine.refresh()
        for question in questions:
            best = [chunks[i] for i in dict.fromkeys(engine.search(stems(question["question"])))]
            asked.append((question, [Passage(p.document_id, "", "", p.text, 0, 0, 0.0) for p in best]))
    found = score(asked)
    return " / ".join(f"{found[key]:.3f}" for key in ("hit@1", "mrr@10", "evidence_recall"))


def built(kind: Kind, folder: Path, base: Sequence[Piece], size: int) -> list[float]:
    """Seconds to build, MB on disk, MB of memory, ms to add an article and to remove it."""
    before, began = _peak(), time.perf_counter()
    engine = kind(folder)
    engine.put(copies(base, size))
    figures = [time.perf_counter() - began, engine.megabytes(), _peak() - before]
    added, removed = list[float](), list[float]()
    until = time.perf_counter() + _REPEATED_S
    while not added or time.perf_counter() < until:
        name = f"new{len(added)}"
        added += times(lambda n: engine.put(article(base, n)), [name])
        removed += times(engine.remove, [name])
    return [*figures, median(added), median(removed)]


def searched(kind: Kind, folder: Path, asked: Sequence[list[str]]) -> list[float]:
    """Milliseconds to open an index, MB of memory, and p50 and p95 of searches in ms."""
    before, began = _peak(), time.perf_counter()
    engine = kind(folder)
    opened = 1000 * (time.perf_counter() - began)
    for warm in asked[:5]:
        engine.search(warm)
    taken = times(lambda joined: engine.search(joined.split()), [" ".join(stems) for stems in asked])
    return [opened, _peak() - before, taken[len(taken) // 2], taken[int(0.95 * len(taken))]]


def writing(kind: Kind, folder: Path, base: Sequence[Piece], turn: Any, done: Any) -> list[float]:
    """Build an index, then add articles for some seconds; when each was written."""
    engine, written = kind(folder), list[float]()
    engine.put(base)
    turn.wait()  # the reader opens the index
    turn.wait()
    until = time.monotonic() + _WRITING_S
    while time.monotonic() < until:
        engine.put(article(base, f"new{len(written)}"))
        written.append(time.monotonic())
    done.set()
    return written


def reading(kind: Kind, folder: Path, turn: Any, done: Any) -> tuple[list[float], Counter[str]]:
    """Search for each new article until it is found; when that was, searches and what went wrong in them."""
    turn.wait()
    engine = kind(folder)
    turn.wait()
    seen, told, until = list[float](), Counter[str](), float("inf")
    while time.monotonic() < until:
        if done.is_set():
            until = min(until, time.monotonic() + _AFTER_S)
        told["searches"] += 1
        try:
            engine.refresh()
            found = engine.search([f"new{len(seen)}"])
        except Exception as error:  # noqa: BLE001 - what goes wrong is what is measured
            told[type(error).__name__] += 1
            continue
        if found and all(chunk_id.startswith(f"new{len(seen)}#") for chunk_id in found):
            seen.append(time.monotonic())
        else:
            told["another article found"] += bool(found)
            time.sleep(_BETWEEN_S)
    return seen, +told


def together(kind: Kind, base: Sequence[Piece]) -> list[str]:
    """Articles written and seen, how late in ms (median, most), and searches with what went wrong."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _SPAWN.Manager() as shared,
        ProcessPoolExecutor(2, mp_context=_SPAWN) as pool,
    ):
        both = shared.Barrier(2, timeout=60), shared.Event()
        reader = pool.submit(reading, kind, Path(folder), *both)
        written = pool.submit(writing, kind, Path(folder), base, *both).result()
        seen, told = reader.result()
    late = [1000 * max(0.0, s - w) for s, w in zip(seen, written, strict=False)] or [float("nan")]
    met = ", ".join(f"{number:,} {what}" for what, number in told.items())
    return [str(len(written)), str(len(seen)), f"{median(late):.1f}", f"{max(late):.1f}", met]


def costs(kind: Kind, base: Sequence[Piece], size: int, asked: Sequence[list[str]]) -> list[str]:
    """Building, then searching, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        figures = list[float]()
        for task, *given in ((built, base, size), (searched, asked)):
            with ProcessPoolExecutor(1, mp_context=_SPAWN) as pool:
                figures += pool.submit(task, kind, Path(folder), *given).result()
    return [f"{figure:,.{2 if figure < 10 else 0}f}" for figure in figures]


def main() -> None:
    """Three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--chunks", type=int, nargs="*", default=[5_000, 100_000])
    parser.add_argument("--every-stem", action="store_true")
    given = parser.parse_args()
    if missing := [name for name in ("tantivy", "bm25s") if not find_spec(name)]:
        sys.exit(f"not installed: run 'pip install {' '.join(missing)}'")
    embedder, base, asked = open_embedder(Settings()), list[Piece](), list[list[str]]()
    _head("set", "chunks", *(f"{name}: hit@1 / mrr@10 / evidence_recall" for name in ENGINES))
    for number, name in enumerate(names(given.data)):
        docs, questions = load(given.data, name)
        questions = [q for q in questions if q["answerable"]]
        own = [piece for doc in docs for piece in pieces(document(doc), embedder)]
        stems = (lambda question: list(dict.fromkeys(content(question)))) if given.every_stem else looked_up(own)
        _row(name, f"{len(own):,}", *(quality(kind, own, questions, stems) for kind in ENGINES.values()))
        base += [p._replace(chunk_id=f"{number}-{p.chunk_id}", document_id=f"{number}-{p.document_id}") for p in own]
        asked += [stems(q["question"]) for q in questions]
    asked = asked[:: max(1, len(asked) // _QUESTIONS)][:_QUESTIONS]
    wrote = ("build s", "disk MB", "memory MB", "add ms", "remove ms")
    _head("chunks", "engine", *wrote, "open ms", "reader's memory MB", "search ms p50", "p95")
    for size in given.chunks:
        for name, kind in ENGINES.items():
            _row(f"{size:,}", name, *costs(kind, base, size, asked))
    _head(f"engine, {len(base):,} chunks", "written", "seen", "late ms p50", "max", "what the reader met")
    for name, kind in {**ENGINES, "tantivy, left to its watcher": _Watching}.items():
        _row(name, *together(kind, base))


def _head(*cells: str) -> None:
    print(f"\n| {' | '.join(cells)} |\n{'|---' * len(cells)}|", flush=True)


def _row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6


def _peak() -> float:
    """The most memory of this process so far, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    return int(found[1]) / 1e3 if found else float("nan")


if __name__ == "__main__":
    main()
