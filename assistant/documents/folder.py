"""The corpus folder as it is on disk: which files it holds, and writing one whole."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..access import ROOT, collection_of, plain_path
from ..errors import CorpusError
from ..formats.loading import AMENDMENTS_SUFFIX, RawFile, amendments_path, read
from ..settings import Settings
from ..storage import failpoints, moving

LONGEST_NAME = 150
"""Of a file, in bytes: file systems allow 255, and endings such as ".html.amended.yaml" come after it."""
_WRITTEN_WITHIN = 600.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the folder: its path relative to it, its size, and when it was last written."""

    source: str
    size: int
    mtime_ns: int
    refused: str = ""
    """Why it is not even opened, in words."""


def scan(corpus_dir: Path) -> list[Found]:
    """Every file that could be a document, in order of names. Hidden files are passed over.

    A file's size and time cover its amendments too. Links that leave the folder are not followed, and are refused like
    everything else that cannot be opened as a file. Raises CorpusError when the folder cannot be read.
    """
    check(corpus_dir)
    found: dict[str, Found] = {}
    root = os.path.realpath(corpus_dir)
    for entry in _walk(str(corpus_dir)):
        path = os.path.relpath(entry.path, corpus_dir).replace(os.sep, "/")
        source = _readable(path)
        refused = "its name is no text in UTF-8; rename it" if source != path else _refused(entry, root)
        try:
            stat = entry.stat(follow_symlinks=not refused)
        except FileNotFoundError:  # removed since the folder was listed
            continue
        found[source] = Found(source, stat.st_size, stat.st_mtime_ns, refused)
    amended = [source for source in found if source.endswith(AMENDMENTS_SUFFIX)]
    for beside in (found.pop(source) for source in amended):
        of = beside.source.removesuffix(AMENDMENTS_SUFFIX)
        if of in found:
            plain = found[of]
            if not beside.refused:
                found[of] = replace(plain, size=plain.size + beside.size, mtime_ns=max(plain.mtime_ns, beside.mtime_ns))
    return sorted(found.values(), key=lambda file: file.source)


def names(corpus_dir: Path) -> set[str]:
    """Every file of the folder that is not hidden, amendments included, by its path relative to it."""
    paths = (os.path.relpath(entry.path, corpus_dir) for entry in _walk(str(corpus_dir)) if entry.is_file())
    return {path.replace(os.sep, "/") for path in paths}


def check(corpus_dir: Path) -> None:
    """Raise CorpusError when there is no such folder."""
    if not corpus_dir.is_dir():
        raise CorpusError(f"the corpus folder {corpus_dir} does not exist; make it, or set corpus_dir to the right one")


def make(corpus_dir: Path) -> None:
    """Make the folder where there is none. Raises CorpusError."""
    try:
        corpus_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CorpusError(f"cannot make the corpus folder {corpus_dir} ({error.strerror}); set another one") from None


def read_source(settings: Settings, source: str) -> RawFile:
    """Read a file of the corpus folder by its path in it. Raises DocumentError."""
    collection = collection_of(source, map(plain_path, settings.collections))
    return read(settings.corpus_dir / source, settings.max_file_bytes, "" if collection == ROOT else collection)


def put(corpus_dir: Path, name: str, data: bytes, collection: str = "") -> str:
    """Write a file whole, then give it its name; a name that is taken by other bytes gets a number.

    It is put into the folder `collection` of the corpus, which is made where there is none. Returns the source: the
    path relative to the corpus folder. Raises CorpusError.
    """
    stem, suffix = os.path.splitext(os.path.basename(name.replace("\\", "/")))
    if stem.startswith(".") and not suffix:  # ".md" is an ending without a name
        stem, suffix = "", os.path.splitext(f"x{stem}")[1]
    stem = "".join(c for c in stem if c.isprintable()).lstrip(".~$ ").rstrip(". ")
    stem = stem.encode()[:LONGEST_NAME].decode(errors="ignore") or "document"
    place = corpus_dir / collection
    check_inside(corpus_dir, os.path.join(collection, "x"))
    make(place)
    incoming = moving.incoming(place)
    try:
        try:
            moving.write(incoming, data)
            failpoints.reach("folder: file written under a name of its own")
            for target in (place / f"{stem}{n}{suffix}" for n in ("", *(f"-{i}" for i in range(2, 10_000)))):
                if target.exists() and target.stat().st_size == len(data) and target.read_bytes() == data:
                    return target.relative_to(corpus_dir).as_posix()
                if moving.give_name(incoming, target):
                    failpoints.reach("folder: file has its name")
                    return target.relative_to(corpus_dir).as_posix()
        finally:
            incoming.unlink(missing_ok=True)
    except OSError as error:
        raise CorpusError(
            f"cannot write to the corpus folder {place} ({error.strerror}); check its permissions and free disk"
        ) from None
    raise CorpusError(f"the corpus folder {place} holds too many files called {name!r}; rename yours")


def overwrite(corpus_dir: Path, source: str, data: bytes) -> None:
    """Write a file in place of the one that is there, whole or not at all. Raises CorpusError."""
    _written_whole(corpus_dir / source, data)


def take_over(corpus_dir: Path, source: str, file: Path) -> None:
    """Copy a file, whole or not at all, in place of what is there. Raises CorpusError."""
    target = corpus_dir / source
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CorpusError(f"cannot make {target.parent} ({error.strerror}); check its permissions") from None
    check_inside(corpus_dir, source)
    _written_whole(target, file)


def check_inside(corpus_dir: Path, source: str) -> None:
    """Raise CorpusError when a file of that name would lie elsewhere, behind a link."""
    parent = (corpus_dir / source).parent
    if not parent.resolve().is_relative_to(corpus_dir.resolve()):
        raise CorpusError(f"{parent} is a link out of the corpus folder, which is not followed; remove the link")


def put_beside(path: Path, data: bytes) -> None:
    """Replace the amendments of a file, whole or not at all. Raises CorpusError."""
    _written_whole(amendments_path(path), data)


def _written_whole(target: Path, data: bytes | Path) -> None:
    try:
        moving.write_whole(target, data)
    except OSError as error:
        raise CorpusError(
            f"cannot write {target} ({error.strerror}); check its permissions and the free disk, or give the article a"
            " shorter name"
        ) from None


def move_amendments(corpus_dir: Path, former: str, source: str) -> bool:
    """Let the amendments of a file follow it to its new name; False when there are none. Raises CorpusError."""
    beside, target = amendments_path(corpus_dir / former), amendments_path(corpus_dir / source)
    if not os.path.exists(beside) or os.path.exists(target):
        return False
    try:
        beside.rename(target)
        failpoints.reach("folder: amendments renamed")
    except OSError as error:
        raise CorpusError(f"cannot rename {beside} to {target} ({error.strerror}); check its permissions") from None
    return True


def clear_unfinished(corpus_dir: Path) -> None:
    """Delete what writes that were cut off have left."""
    for path in corpus_dir.rglob(f"{moving.BEING_WRITTEN}*"):
        with contextlib.suppress(OSError):
            if is_left_over(path):
                path.unlink()


def is_left_over(path: Path) -> bool:
    """Whether a file that was being written no longer is: by its age, as others may write here too."""
    return path.lstat().st_mtime < time.time() - _WRITTEN_WITHIN


def _walk(folder: str) -> Iterator[os.DirEntry[str]]:
    for entry in _entries(folder):
        if entry.name.startswith((".", "~$")):
            continue
        if entry.is_dir(follow_symlinks=False) and os.access(entry.path, os.R_OK | os.X_OK):
            yield from _walk(entry.path)
        else:
            yield entry


def _refused(entry: os.DirEntry[str], root: str) -> str:
    """Why an entry of the folder is not opened; empty for a file that may be a document."""
    if entry.is_dir(follow_symlinks=False):
        return "the folder cannot be read; check its permissions"
    if entry.is_symlink() and not os.path.realpath(entry.path).startswith(root + os.sep):
        return "it is a link out of the corpus folder, which is not followed; copy the file here"
    if entry.is_symlink() and entry.is_dir():
        return "it is a link to a folder, which is not followed"
    if not entry.is_file():
        return "it is a link to nothing" if entry.is_symlink() else "it is no file, but a device or pipe"
    return ""


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        return sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise CorpusError(f"the folder {folder} cannot be read ({error.strerror}); check its permissions") from None


def _readable(name: str) -> str:
    """The name, with bytes that are no UTF-8 written out: it finds no file, and is reported as unreadable."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
