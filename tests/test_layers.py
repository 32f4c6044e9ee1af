"""Who may import whom: data flows one way."""

import ast
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

INSIDE = "grading.sandbox.inside"
FILES = sorted((ROOT / "grading").rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Return the modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute here"
            found.add(str(node.module))
    return found


def ours(path: Path) -> set[str]:
    """Return the modules of this package that a file imports."""
    return {name for name in imported(path) if name.partition(".")[0] == "grading"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_engine_knows_neither_torch_nor_this_exercise(path: Path):
    """Another assignment works on the same engine."""
    assert not {name.partition(".")[0] for name in imported(path)} & {"torch", "hidden_tests", "assignment"}


@pytest.mark.parametrize("path", sorted((ROOT / "grading/sandbox/inside").glob("*.py")), ids=lambda path: path.stem)
def test_what_runs_inside_the_sandbox_is_the_standard_library_and_itself(path: Path):
    """So that it can be read whole."""
    roots = {name.partition(".")[0] for name in imported(path)}
    assert roots <= {*sys.stdlib_module_names, "grading"}
    assert all(name.startswith(INSIDE) for name in ours(path))


@pytest.mark.parametrize("path", sorted((ROOT / "assignment").rglob("*.py")), ids=lambda path: path.stem)
def test_the_handout_knows_nothing_of_grading(path: Path):
    """It must work on its own."""
    assert not {name.partition(".")[0] for name in imported(path)} & {"grading", "hidden_tests"}
