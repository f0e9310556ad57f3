import importlib.util
import re
import tomllib
from itertools import chain

import pytest

from tests.conftest import CLONE


def test_the_readme_is_short_and_its_links_lead_somewhere():
    text = (CLONE / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 120
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (CLONE / target).exists(), target


def test_the_configuration_page_is_what_the_settings_say():
    spec = importlib.util.spec_from_file_location("write_configuration", CLONE / "docs" / "write_configuration.py")
    assert spec
    assert spec.loader
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    assert (CLONE / "docs" / "configuration.md").read_text(encoding="utf-8") == writer.page(), "run 'make docs'"


def test_every_dependency_is_justified_and_pinned():
    project = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    decisions = (CLONE / "docs" / "decisions.md").read_text(encoding="utf-8")
    pins = (CLONE / "constraints.txt").read_text(encoding="utf-8").lower().replace("_", "-")
    extras = project["optional-dependencies"]
    installed = [*project["dependencies"], *extras["dev"]]
    names = {requirement: re.split(r"[<>=]", requirement)[0] for requirement in [*installed, *chain(*extras.values())]}
    assert [name for name in names.values() if name not in decisions] == []
    pinned = {pin.partition("==")[0] for pin in pins.splitlines()}
    assert [names[requirement] for requirement in installed if names[requirement] not in pinned] == []
    assert "+cpu" not in pins


@pytest.mark.parametrize("path", ["README.md", "docs", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_no_page_names_a_path_of_somebodys_machine(path: str):
    whole = CLONE / path
    pages = list(whole.glob("*.md")) if whole.is_dir() else [whole]
    for page in pages:
        assert not re.search(r"/(home|root|Users|work)/", page.read_text(encoding="utf-8")), page
