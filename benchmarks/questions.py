"""Question sets as the benchmarks read them: SET_docs.jsonl and SET_questions.jsonl in a folder."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from assistant import Document, Passage

CONTEXT_CHARACTERS = 5000


def load(folder: Path, name: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Documents (id, title, text) and questions (question, answerable, document_ids, evidence) of a set."""
    files = (folder / f"{name}_docs.jsonl", folder / f"{name}_questions.jsonl")
    docs, questions = ([json.loads(line) for line in f.read_text(encoding="utf-8").splitlines() if line] for f in files)
    return docs, questions


def names(folder: Path) -> list[str]:
    """The sets that a folder holds."""
    return sorted(path.name.removesuffix("_docs.jsonl") for path in folder.glob("*_docs.jsonl"))


def document(doc: dict[str, Any], prefix: str = "") -> Document:
    """A document of a set; its id is the set's."""
    text = doc["text"].strip("\n")
    return Document(doc.get("title") or str(doc["id"]), text, f"{prefix}{doc['id']}", sources=[f"{prefix}{doc['id']}"])


def score(asked: Sequence[tuple[dict[str, Any], Sequence[Passage]]]) -> dict[str, float]:
    """hit@1 and mrr@10 by document, and the share of evidence sentences in the first 5,000 characters."""
    hits, reciprocals, recalls = [], [], []
    for question, passages in asked:
        gold = {str(i) for i in question["document_ids"]}
        ranked = list(dict.fromkeys(p.document_id for p in passages))
        hits.append(bool(gold & set(ranked[:1])))
        reciprocals.append(next((1 / (n + 1) for n, i in enumerate(ranked[:10]) if i in gold), 0.0))
        if question["evidence"]:
            read = _context(passages, gold)
            recalls.append(mean(any(_words(e) in text for text in read) for e in question["evidence"]))
    return {
        "questions": len(hits),
        "hit@1": mean(hits),
        "mrr@10": mean(reciprocals),
        "evidence_recall": mean(recalls) if recalls else float("nan"),
    }


def _context(passages: Sequence[Passage], gold: set[str]) -> list[str]:
    read: dict[str, str] = {}
    used = 0
    for passage in passages:
        text = passage.text[: max(0, CONTEXT_CHARACTERS - used)]
        used += len(text)
        if passage.document_id in gold:
            read[passage.document_id] = f"{read.get(passage.document_id, '')} | {_words(text)}"
    return list(read.values())


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
