"""Tests of the layers: which modules may import which."""

import ast
import re
import sys
from pathlib import Path

import pytest

from grading.content.load import Assignment
from tests.conftest import ROOT

INSIDE = "grading.sandbox.inside"
FILES = sorted((ROOT / "grading").rglob("*.py"))
# Words of this exercise that files of the engine may contain, with the reason.
EXCEPTIONS = {
    # Values were measured with torch in the sandbox.
    "grading/sandbox/inside/memory.py": {"torch"},
    "grading/sandbox/inside/worker.py": {"torch"},
    # An option and a GitHub variable whose names say which package index they configure.
    "grading/cli/publish.py": {"torch"},
    "grading/cli/room.py": {"torch"},
    "grading/rooms/template/.github/workflows/visible.yml": {"torch"},
}


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
def test_the_engine_imports_neither_torch_nor_this_exercise(path: Path):
    """No module of the engine imports torch, the hidden tests or the assignment."""
    assert not {name.partition(".")[0] for name in imported(path)} & {"torch", "hidden_tests", "assignment"}


def words_of_this_exercise() -> re.Pattern[str]:
    """Return a pattern for the levels, criteria, dimensions, functions, files and packages of this exercise."""
    assignment = Assignment(ROOT)
    rubrics = [assignment.rubric(level) for level in assignment.levels]
    criteria = [criterion for rubric in rubrics for criterion in (*rubric.criterion, *rubric.bonus)]
    ids = {criterion.id for criterion in criteria}.union(*(rubric.dimensions for rubric in rubrics))
    # The engine uses numpy as well.
    packages = {"torch", "accuracy", "imbalance", *assignment.manifest.allowed_imports} - {"numpy"}
    names = {
        *assignment.levels,
        *(Path(name).name for name in assignment.manifest.own_files),
        *(criterion.function for criterion in criteria if criterion.function),
        *(id_ for id_ in ids if "-" in id_),
    }
    # An id of one word is also an English word, so it counts only between quotes.
    quoted = {id_ for id_ in ids if "-" not in id_}
    parts = [
        *packages,
        *(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in names),
        *(f"[\"']{id_}[\"']" for id_ in quoted),
    ]
    return re.compile("|".join(sorted(parts)), re.IGNORECASE)


def test_the_engine_contains_no_names_of_this_exercise():
    """No file of grading/ contains a name of this exercise, apart from the listed exceptions."""
    words = words_of_this_exercise()
    assert {"mid", "make_loss", "exercise.py", "'discussion'", "problem-solving", "torch"} == {
        match[0] for match in words.finditer("mid make_loss exercise.py 'discussion' problem-solving torch_ discussion")
    }

    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "grading").rglob("*")):
        # The pins belong to the environment, which runs this assignment.
        if path.is_file() and "__pycache__" not in path.parts and path.name != "constraints.txt":
            text = path.read_text(encoding="utf-8")
            if used := {match[0].lower() for match in words.finditer(text)}:
                found[path.relative_to(ROOT).as_posix()] = used
    unexpected = {path: used - EXCEPTIONS.get(path, set()) for path, used in found.items()}
    assert not {path: used for path, used in unexpected.items() if used}


@pytest.mark.parametrize("path", sorted((ROOT / "grading/sandbox/inside").glob("*.py")), ids=lambda path: path.stem)
def test_code_inside_the_sandbox_imports_only_the_standard_library(path: Path):
    """The code inside the sandbox imports only the standard library and itself, so that it can be reviewed whole."""
    roots = {name.partition(".")[0] for name in imported(path)}
    assert roots <= {*sys.stdlib_module_names, "grading"}
    assert all(name.startswith(INSIDE) for name in ours(path))


@pytest.mark.parametrize("path", sorted((ROOT / "assignment").rglob("*.py")), ids=lambda path: path.stem)
def test_the_handout_does_not_import_the_grader(path: Path):
    """The handout does not import the grader or the hidden tests, so it works on its own."""
    assert not {name.partition(".")[0] for name in imported(path)} & {"grading", "hidden_tests"}
