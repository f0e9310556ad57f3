"""Whether the best score tells "nothing relevant here": `python -m benchmarks.relevance --data DIR OWN FOREIGN`.

Prints the area under the curve of the best passage's score, between questions asked of their own corpus
and questions of another set asked of it; and between answerable and unanswerable questions of each set.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from assistant import Settings
from assistant.finding import retrieval
from assistant.indexing.index import Entry, Index
from assistant.indexing.sentence_transformer import open_embedder

from .questions import document, load


def area(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The chance that one of the first is above one of the second; ties count half."""
    wins = sum((a > b) + 0.5 * (a == b) for a in higher for b in lower)
    return wins / (len(higher) * len(lower))


def main() -> None:
    """Index each set once and print one line for each comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("own")
    parser.add_argument("foreign")
    given = parser.parse_args()
    sets = {name: load(given.data, name) for name in (given.own, given.foreign)}
    print("| corpus | between | and | AUC | medians |\n|---|---|---|---|---|")
    for name, (docs, questions) in sets.items():
        with tempfile.TemporaryDirectory() as folder:
            index = Index(Path(folder), open_embedder(Settings()))
            index.put([Entry(document(doc), "") for doc in docs], lambda _: None)

            def best(question: str, index: Index = index) -> float:
                return max((p.score for p in retrieval.search(index, question, 5).passages), default=0.0)

            own = {told: [best(q["question"]) for q in questions if q["answerable"] == told] for told in (True, False)}
            pairs = [("its answerable questions", own[True], "its unanswerable ones", own[False])]
            if name == given.own:
                other = [best(q["question"]) for q in sets[given.foreign][1]]
                pairs.append(("its own questions", own[True] + own[False], f"those of {given.foreign}", other))
            for label, higher, against, lower in pairs:
                if higher and lower:
                    middles = f"{median(higher):.2f} · {median(lower):.2f}"
                    print(f"| {name} | {label} | {against} | {area(higher, lower):.3f} | {middles} |", flush=True)
            index.close()


if __name__ == "__main__":
    main()
