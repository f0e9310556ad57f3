"""How the modules may import each other, read from their source."""

import ast
import inspect
import re
import subprocess
import sys
import textwrap
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import assistant
from tests.conftest import CLONE

PACKAGE = CLONE / "assistant"
HEAVY = (
    "torch",
    "transformers",
    "sentence_transformers",
    "chromadb",
    "gradio",
    "langchain_core",
    "numpy",
    "xllamacpp",
    "spacy",
)


def module_name(path: Path) -> str:
    parts = path.relative_to(CLONE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Modules of the package that a module imports when it is loaded, not inside functions."""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1] + (node.module.split(".") if node.module else [])
            for alias in node.names:
                deeper = ".".join([*base, alias.name])
                is_module = (CLONE / deeper.replace(".", "/")).with_suffix(".py").exists()
                found.add(deeper if is_module else ".".join(base))
    return found - {module_name(path)}


def test_imports_run_one_way():
    graph = {module_name(path): imports(path) for path in PACKAGE.rglob("*.py")}
    assert list(TopologicalSorter(graph).static_order())  # raises CycleError


def test_packages_import_only_packages_below_them():
    order = (
        "hosts redaction errors settings child_process records in_words notebook access storage language formats"
        " checking questions indexing language_models finding answers suggesting people documents service"
        " api adapters mcp_server doctor web commands"
    ).split()
    level = {name: place for place, name in enumerate(order)}
    for path in PACKAGE.rglob("*.py"):
        own = path.relative_to(PACKAGE).with_suffix("").parts[0]
        if own in ("__init__", "__main__"):
            continue
        for found in imports(path) - {"assistant"}:
            other = found.split(".")[1]
            assert other == own or level[other] < level[own], f"{path} imports {found}"


def test_what_reads_and_checks_sentences_imports_nothing_that_opens_files_or_models():
    pure = {"assistant.records", "assistant.errors", "assistant.redaction", "assistant.hosts"}
    for name in ("language", "checking"):
        for path in (PACKAGE / name).glob("*.py"):
            assert {m for m in imports(path) if m.split(".")[1] not in ("language", "checking")} <= pure, path


def test_only_syntax_loads_the_parser():
    loading = {p.stem for p in PACKAGE.rglob("*.py") if "spacy.load(" in p.read_text(encoding="utf-8")}
    assert loading == {"syntax"}


def test_two_modules_know_packages_of_language_models():
    telling = re.compile(r"(?:import|from) (?:langchain_openai|init_chat_model|xllamacpp)\b")
    holders = {path.stem for path in PACKAGE.rglob("*.py") if telling.search(path.read_text(encoding="utf-8"))}
    assert holders == {"provider_models", "local_model"}


def test_index_and_embedder_and_model_are_opened_in_one_place_each():
    openers = {"Index(": "holding", "open_embedder(": "holding", "open_chat_model(": "engine"}
    callers = {
        (word, path.stem)
        for path in PACKAGE.rglob("*.py")
        for word in openers
        if re.search(rf"(?<!\w)(?<!def )(?<!class ){re.escape(word)}", path.read_text())
    }
    assert callers == set(openers.items())


def test_importing_the_package_or_the_command_line_loads_nothing_heavy():
    code = f"import sys, assistant, assistant.commands.cli; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CLONE)
    assert done.stdout.strip() == "[]"


def test_public_names_are_listed_in_order():
    assert sorted(assistant.__all__) == list(assistant.__all__)


@pytest.mark.parametrize("name", assistant.__all__)
def test_every_public_name_is_a_class_or_function_with_a_docstring_of_its_own(name: str):
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(getattr(assistant, name)))).body
    assert isinstance(definition, ast.ClassDef | ast.FunctionDef)
    assert ast.get_docstring(definition)  # a dataclass without one would be given its signature


def test_prompts_stand_in_prompts_only():
    written = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    prompts = list((CLONE / "prompts").glob("*.md"))
    assert prompts
    assert [path.name for path in prompts if path.read_text(encoding="utf-8").splitlines()[0] in written] == []
