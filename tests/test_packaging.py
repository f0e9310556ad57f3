"""The wheel, installed outside the clone: prompts and page travel in it."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.conftest import CLONE, article

pytestmark = [pytest.mark.packaging, pytest.mark.model]


def test_the_built_wheel_answers_outside_the_clone(tmp_path: Path):
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(CLONE)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    # Only the product is installed anew; what it needs is taken from the environment that runs this test.
    place = tmp_path / "venv"
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    (site,) = place.glob("lib/python*/site-packages")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*install, "--target", str(site), str(wheel)], check=True)
    needed = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "needed.pth").write_text(needed + "\n", encoding="utf-8")
    article(tmp_path / "corpus", "a.md", "Acme owns the port outright.", title="Port", published="2026-01-14")
    where = [str(python), "-c", "import assistant, pathlib; print(pathlib.Path(assistant.__file__).parent)"]
    environment = {**os.environ, "ASSISTANT_LLM": "extractive", "PYTHONSAFEPATH": "1"}
    within = {"capture_output": True, "text": True, "cwd": tmp_path, "env": environment}
    shown = subprocess.run(where, check=True, **within)
    assert Path(shown.stdout.strip()) == site / "assistant"
    assert {path.name for path in (site / "assistant" / "prompts").iterdir()} == {
        path.name for path in (CLONE / "prompts").iterdir()
    }
    assert (site / "assistant" / "web" / "page.css").is_file()
    command = [str(python), "-m", "assistant"]
    asked = subprocess.run(
        [*command, "ask", "who owns the port?"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment,
    )
    subprocess.run([*command, "stop"], capture_output=True, check=True, cwd=tmp_path, env=environment)
    assert asked.stdout.startswith("Acme owns the port outright [1]."), asked.stderr
