"""Whenever the process is killed: after the next sync the index is what the folder is, nothing lost, nothing twice."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assistant.records import Document
from assistant.settings import Settings
from tests.conftest import CLONE, article
from tests.crash_jobs import REACH, TELL, WORKERS, Crashing

pytestmark = pytest.mark.processes
KILLS, ALL_KILLS = 30, 1_000
Job = dict[str, Any]


@pytest.fixture(scope="module")
def crashing() -> Iterator[Crashing]:
    opened = Crashing()
    yield opened
    opened.close()


class World:
    """Folders of one corpus under one top folder, which can be copied whole."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.settings = Settings(
            corpus_dir=top / "corpus",
            data_dir=top / "index",
            state_dir=top / "state",
            cache_dir=top / "cache",
            llm="extractive",
        )
        self.corpus = self.settings.corpus_dir

    def copy(self, top: Path) -> World:
        shutil.copytree(self.top, top)  # with times, by which files are told apart
        return World(top)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, crashing: Crashing) -> World:
    """A corpus that has lived: copies, a correction, a stale document, one in the trash, a backup."""
    world = World(tmp_path_factory.mktemp("world"))
    for name, text in [
        ("a.md", "The port was sold in May."),
        ("b.md", "The mine was shut."),
        ("deep/c.md", "The mine was shut."),
        ("d.md", "The crane fell.\n\n# Next\n\nIt was mended."),
        ("e.txt", "The quay was lent."),
        ("f.md", "The ferry sank."),
        ("g.md", "The toll was raised."),
    ]:
        article(world.corpus, name, text)
    article(world.corpus, "e.txt.amended.yaml", "title: Quay\n")
    age(world.corpus)
    crashing(world.settings, do=[["sync"]])
    (world.corpus / "d.md").write_bytes(b"\0\1\2")
    age(world.corpus)
    (told,) = crashing(world.settings, do=[["sync"], TELL])["told"]
    crashing(world.settings, do=[["remove", told["ids"]["f.md"]], ["backup", str(world.top / "backup.tar")]])
    drop = world.top / "drop"
    article(drop, "new.md", "The weir broke.")
    article(drop, "new.md.amended.yaml", "title: Weir\n")
    (drop / "d.md").write_text("The crane was sold.", encoding="utf-8")  # in place of one that cannot be read
    return world


def age(corpus: Path) -> None:
    """Let no file be so new that it is read again by each sync: a run takes the same steps whenever it is made."""
    for path in corpus.rglob("*.*"):
        os.utime(path, (1e9 + path.stat().st_size, 1e9 + path.stat().st_size))


def edit(world: World) -> None:
    """What staff do to a folder between two syncs."""
    (world.corpus / "a.md").write_text("The port was sold in June.", encoding="utf-8")
    (world.corpus / "deep/c.md").unlink()
    (world.corpus / "e.txt").rename(world.corpus / "h.txt")
    (world.corpus / "g.md").write_bytes(b"\0\1")
    article(world.corpus, "i.md", "The lock was drained.")
    age(world.corpus)


def lose_vectors(world: World) -> None:
    shutil.rmtree(world.settings.data_dir / "chroma")


def lose_catalogue(world: World) -> None:
    path = world.settings.data_dir / "catalogue.sqlite"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


WRITTEN = Document(title="Dam", text="The dam leaks.").to_dict()
SCENES: dict[str, Any] = {
    "sync": (edit, lambda _: [["sync"]], "words"),
    "add": (None, lambda world: [["add", str(world.top / "drop")]], "words"),
    "add a document": (None, lambda _: [["add_document", WRITTEN]], "words"),
    "remove": (None, lambda world: [["remove", id_of(world, "b.md")]], "words"),
    "remove an older version": (None, lambda world: [["remove", id_of(world, "d.md")]], "words"),
    "restore": (None, lambda world: [["restore", id_of(world, "f.md")]], "words"),
    "amend": (None, lambda world: [["amend", id_of(world, "a.md"), {"title": "Port"}]], "words"),
    "rebuild": (None, lambda _: [["sync"]], "others"),
    "rebuild after the vectors were lost": (lose_vectors, lambda _: [["sync"]], "words"),
    "rebuild after the catalogue was lost": (lose_catalogue, lambda _: [["sync"]], "words"),
    "restore a backup": (edit, lambda world: [["sync"], ["restore_backup", str(world.top / "backup.tar")]], "words"),
}


WHOLE = set(SCENES) - {"add"}
"""Done as a whole or not at all, by the end of the next sync; adding is done file by file."""


def id_of(world: World, source: str) -> str:
    """The id of a file, from the ledger."""
    import sqlite3

    with sqlite3.connect(world.settings.state_dir / "ledger.sqlite") as ledger:
        return str(ledger.execute("SELECT document_id FROM ids WHERE source = ?", (source,)).fetchone()[0])


def at_once(call: Callable[[int], None], values: Iterable[int]) -> None:
    """Call with each of the values, a few at a time; the first thing that is wrong is raised."""
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(call, values))


def let_time_pass(corpus: Path) -> None:
    """What was being written when the process ended is taken for left over after a while."""
    for path in corpus.rglob(".incoming-*"):
        os.utime(path, (0, 0))


def check(crashing: Crashing, copied: World, told: dict[str, Any], whence: str) -> None:
    """The index is what one made from nothing of a copy of the folder is, by SQLite's own checks too.

    Older versions apart, which are not in the folder.
    """
    assert (told["problems"], told["lost"]) == ([], []), whence
    assert not [name for name in told["corpus"] if "incoming" in name], whence
    anew = crashing.fresh.get(str(told["corpus"]))
    if anew is None:
        (anew,) = crashing(copied.settings, do=[["sync"], TELL])["told"]
        crashing.fresh[str(told["corpus"])] = anew
    assert told["held"] == anew["held"], whence
    assert told["failures"] == anew["failures"], whence


@pytest.mark.parametrize("scene", SCENES)
def test_a_kill_at_any_step_costs_nothing(scene: str, world: World, crashing: Crashing, tmp_path: Path):
    prepare, calls, embedder = SCENES[scene]
    whole = world.copy(tmp_path / "whole")
    if prepare:
        prepare(whole)
    before = whole.copy(tmp_path / "before")
    undone = before.copy(tmp_path / "undone")
    (start,) = crashing(undone.settings, do=[["sync"], TELL], embedder=embedder)["told"]
    (end,) = crashing(whole.settings, do=[*calls(world), TELL], embedder=embedder)["told"]
    names = end["reached"]
    assert names, "nothing of this can be cut off"
    first = {names.index(name) + 1 for name in names}
    last_of_several = {
        len(names) - names[::-1].index(name) for name in names if name.startswith(("trash: ", "moving: "))
    }
    steps_to_kill_at = sorted(first | last_of_several)

    def kill_at(step: int) -> None:
        whence = f"{scene}, killed at {names[step - 1]} ({step})"
        cut = before.copy(tmp_path / f"cut{step}")
        told = crashing(cut.settings, do=calls(world), embedder=embedder, kill_at=step)
        assert told["killed"], whence
        let_time_pass(cut.corpus)
        copied = World(cut.top / "copied")
        steps = [["sync"], TELL, ["copy", str(copied.corpus)], *calls(world), TELL]
        after, again = crashing(cut.settings, do=steps, embedder=embedder)["told"]
        check(crashing, copied, after, whence)
        assert_same_ids(after["ids"], before_ids(world), whence)
        if scene in WHOLE:
            assert after["corpus"] in (start["corpus"], end["corpus"]), f"{whence}: half of it was done"
        for what in ("held", "states", "corpus", "failures", "gone", "kept"):
            assert again[what] == end[what], f"{whence}: {what}"
        shutil.rmtree(cut.top)

    at_once(kill_at, steps_to_kill_at)


def before_ids(world: World) -> dict[str, str]:
    return {name: id_of(world, name) for name in ("a.md", "b.md", "d.md", "e.txt", "f.md", "g.md")}


def assert_same_ids(now: dict[str, str], before: dict[str, str], whence: str) -> None:
    """Who has kept its name has kept its id."""
    assert {s: i for s, i in now.items() if s in before} == {s: i for s, i in before.items() if s in now}, whence


def test_a_kill_at_any_time_costs_nothing(crashing: Crashing, tmp_path: Path, pytestconfig: pytest.Config):
    count = ALL_KILLS if pytestconfig.getoption("whole_sets") else KILLS
    drop = article(tmp_path / "drop", "new.md", "The weir broke.").parent

    def kill(seed: int) -> None:
        draw = random.Random(seed)
        whence = f"seed {seed}"
        lived = World(tmp_path / f"lived{seed}")
        lived.corpus.mkdir(parents=True)
        for _ in range(draw.randint(1, 3)):
            crashing(lived.settings, seed=seed, drop=str(drop), kill_after=draw.uniform(0.05, 0.7))
        let_time_pass(lived.corpus)
        there = contents(lived)
        copied = World(lived.top / "copied")
        probe = seed % 10 == 0  # by a process of its own, as in use
        steps = [["sync"], TELL, ["copy", str(copied.corpus)]]
        (told,) = crashing(lived.settings, do=steps, probe_apart=probe)["told"]
        check(crashing, copied, told, whence)
        assert there <= contents(lived), f"{whence}: something was deleted"
        stale = sum(state == "stale" for _, state in told["states"])
        assert len(set(told["ids"].values())) == len(told["held"]) + stale, whence
        shutil.rmtree(lived.top)

    at_once(kill, range(count))


def contents(world: World) -> set[bytes]:
    """What every file of corpus and trash holds, but for those that were not written to their end."""
    found = set()
    for top in (world.corpus, world.settings.state_dir / "trash"):
        for path in top.rglob("*"):
            if path.is_file() and not path.name.startswith(".") and ".part" not in str(path.relative_to(top)):
                found.add(path.read_bytes())
    return found


ELSEWHERE = {"moving: copied to another file system", "moving: whole on two file systems"}
"""Reached in test_moving.py, which has a second file system; those of a shared index are in test_sharing.py."""


def test_every_failpoint_is_reached_by_a_scene(world: World, crashing: Crashing, tmp_path: Path):
    """So that a new one is tested."""
    named = {name for path in (CLONE / "assistant").rglob("*.py") for name in REACH.findall(path.read_text())}
    reached = set()
    for scene, (prepare, calls, embedder) in SCENES.items():
        whole = world.copy(tmp_path / scene)
        if prepare:
            prepare(whole)
        reached |= set(crashing(whole.settings, do=[*calls(world), TELL], embedder=embedder)["told"][0]["reached"])
    assert {name for name in named - reached if not name.startswith("shared: ")} == ELSEWHERE
