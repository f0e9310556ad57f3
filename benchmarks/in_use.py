"""Conversations and times, asked as people ask them: `python -m benchmarks.in_use [--llm SPEC] [--show]`.

Asks what conversations, time and changes of tests/data hold and prints, of each, how many were right:

states      a fact as of the day of each of its changes: the right state first; an older one, another thing, refused.
            Where one sentence tells the old and the new ("from 24.8 to 27.3 pence"), the old one may stand first.
            "unwarned" are answers with an older state that no note says later articles speak of
later       answers that cite an article published after that day
stable      facts that later articles do not change: right, with something beside the point before it, wrong, refused
nowhere     questions that no article answers: refused or not
times       questions of a time ("last week"): every article wanted is cited, and in a digest none of another time
follow-ups  the second and later questions of conversations: the right article is the first one cited (or found, where
            the answer is a refusal), and the answer holds the words that a right one must

`--show` prints each that is not right.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from assistant import Answer, Assistant, Filters, Settings
from assistant.service.owner_process import stop

_DATA = Path("tests/data")
_CORPORA = {
    "sample": Path("corpus"),
    "more": _DATA / "conversations" / "corpus",
    "time": _DATA / "time" / "corpus",
    "changes": _DATA / "changes" / "corpus",
}
_NOWHERE = 1_000_000
Show = Callable[[str], None]


def main() -> None:
    """Print a line for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--llm", default="extractive")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    show: Show = print if given.show else lambda _: None
    with tempfile.TemporaryDirectory() as folder:
        for corpus, articles in _CORPORA.items():
            place = Path(folder) / corpus
            settings = Settings(corpus_dir=articles, data_dir=place / "index", state_dir=place / "state", llm=given.llm)
            with Assistant.open(settings) as assistant:
                assistant.sync()
                if corpus == "time":
                    _print("states (time)", _states(assistant, "time", show))
                    _print("times", _times(assistant, show))
                elif corpus == "changes":
                    _print("states (changes)", _states(assistant, "changes", show))
                    _print("stable", _stable(assistant, show))
                    _print("nowhere", _nowhere(assistant, show))
                else:
                    _print(f"follow-ups ({corpus})", _follow_ups(assistant, corpus, show))
            stop(settings)


def _print(of: str, found: Counter[str]) -> None:
    print(of, "  ".join(f"{name} {count}" for name, count in found.items()), flush=True)


def _read(name: str) -> Iterator[dict[str, Any]]:
    return map(json.loads, (_DATA / name).read_text(encoding="utf-8").splitlines())


def _states(assistant: Assistant, corpus: str, show: Show) -> Counter[str]:
    found: Counter[str] = Counter()
    asked = [(q, s) for fact in _read(f"{corpus}/facts.jsonl") for q in fact["questions"] for s in fact["states"]]
    for question, state in asked:
        day = date.fromisoformat(state["published"])
        answer = assistant.ask(question, filters=Filters(as_of=day))
        told = _told(answer, state)
        found["asked"] += 1
        found[told] += 1
        unwarned = told == "older" and "later" not in answer.note_kinds.values()
        found["unwarned"] += unwarned
        found["later"] += any(c.published is None or c.published > day for c in answer.citations)
        if told != "right":
            _tell(show, told, f"{question} as of {day}, wanted {state['says']!r}", answer)
    return found


def _told(answer: Answer, state: dict[str, Any]) -> str:
    """Which state an answer's first sentence that has one tells."""
    if not answer.answered:
        return "refused"
    sentences = answer.text.split("]")
    first = next(
        (s for s in sentences if any(_at(s, said) < _NOWHERE for said in [state["says"], *state["others"]])), ""
    )
    if not first:
        return "beside"
    both = f"from {state['says']}".lower() not in first.lower()
    return "right" if _at(first, state["says"]) < _NOWHERE and both else "older"


def _at(text: str, said: str) -> int:
    place = text.lower().find(said.lower())
    return place if place >= 0 else _NOWHERE


def _stable(assistant: Assistant, show: Show) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in _read("changes/stable.jsonl"):
        answer = assistant.ask(row["question"], filters=Filters(as_of=date.fromisoformat(row["as_of"])))
        right, beside = _at(answer.text, row["says"]), min(_at(answer.text, words) for words in row["not"])
        told = "right" if right < beside else "right behind" if right < _NOWHERE else "wrong"
        told = told if answer.answered else "refused"
        found.update({"asked": 1, told: 1})
        if told != "right":
            _tell(show, told, f"{row['question']}, wanted {row['says']!r}", answer)
    return found


def _nowhere(assistant: Assistant, show: Show) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in _read("changes/unanswerable.jsonl"):
        answer = assistant.ask(row["question"], filters=Filters(as_of=date.fromisoformat(row["as_of"])))
        found.update({"asked": 1, "refused": not answer.answered})
        if answer.answered:
            _tell(show, "answered", row["question"], answer)
    return found


def _times(assistant: Assistant, show: Show) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in _read("time/relative.jsonl"):
        answer = assistant.ask(row["question"], filters=Filters(as_of=date.fromisoformat(row["today"])))
        cited, wanted = {_name(c.source) for c in answer.citations}, set(row["articles"])
        of_a_time = any(note.startswith("articles published") for note in answer.notes)
        right = cited >= wanted and (cited == wanted or not of_a_time)
        found.update(asked=1, right=right)
        if not right:
            _tell(show, "times", f"{row['question']} on {row['today']}, wanted {sorted(wanted)}", answer)
    return found


def _follow_ups(assistant: Assistant, corpus: str, show: Show) -> Counter[str]:
    found: Counter[str] = Counter()
    for talk in _read("conversations/conversations.jsonl"):
        if talk["corpus"] != corpus:
            continue
        history: list[Answer] = []
        for turn in talk["turns"]:
            answer = assistant.ask(turn["question"], history)
            if history:
                first = next((_name(x.source) for x in [*answer.citations, *answer.passages]), "")
                right = first in turn["articles"] if turn["articles"] else not answer.answered
                says = turn["says"].lower() in answer.text.lower()
                found.update(asked=1, right=right)
                found.update({f"{turn['kind']} of": 1, turn["kind"]: right})
                found.update(words_of=bool(turn["says"]), words=bool(turn["says"]) and says)
                if not (right and says):
                    label = "article" if not right else "words"
                    wanted = f"{turn['understood']} | {turn['says']} | {turn['articles']}"
                    _tell(show, f"{talk['id']} {label}", f"{turn['question']}, wanted {wanted}, found {first}", answer)
            history.append(answer)
    return found


def _name(source: str) -> str:
    return source.removesuffix(".md")


def _tell(show: Show, what: str, asked: str, answer: Answer) -> None:
    show(f"[{what}] {asked}\n    {answer.understood!r}: {answer.text[:300]} {answer.notes}")


if __name__ == "__main__":
    main()
