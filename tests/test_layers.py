"""Who may import whom: data flows one way."""

import ast
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

INSIDE = "grading.sandbox.inside"
RECORDS = {"grading.errors", "grading.model"}
MAY_IMPORT = {
    "errors": set(),
    "model": set(),
    "content": RECORDS,
    "outline": set(),
    "source": {"grading", "grading.errors"},
    "flags": {*RECORDS, "grading.source"},
    "score": {"grading.model"},
    "report": RECORDS,
    "review": {*RECORDS, "grading.content"},
    "history": {*RECORDS, "grading.sandbox.bubblewrap"},
    "submission": {
        *RECORDS,
        *("grading", "grading.content", "grading.history", "grading.publish", "grading.sandbox.calls"),
        "grading.source",
    },
    "publish": {"grading.errors", "grading.content"},
    "grades": RECORDS,
    "version": {*RECORDS, "grading.content"},
    "cohort/item_analysis": {"grading.model"},
    "cohort/names": set(),
    "cohort/retry": {"grading.errors"},
    "cohort/table": {"grading.model", "grading.render.exports"},
    "likeness": {"grading.source"},
    "rooms/github": {"grading.errors"},
    "rooms/candidates": {"grading.errors", "grading.rooms.github"},
    "rooms/answer": {"grading.model", "grading.render", "grading.rooms.github"},
    "rooms/sweep": {"grading.rooms.answer", "grading.rooms.github"},
    "rooms/setup": {"grading.errors", "grading.content", "grading.publish", "grading.rooms.candidates"},
}
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


@pytest.mark.parametrize("name", MAY_IMPORT)
def test_a_module_imports_only_from_lower_layers(name: str):
    """Each imports what it is granted, and no more."""
    assert ours(ROOT / "grading" / f"{name}.py") <= MAY_IMPORT[name]


@pytest.mark.parametrize("path", sorted((ROOT / "grading/render").glob("*.py")), ids=lambda path: path.stem)
def test_a_renderer_knows_records_and_renderers_alone(path: Path):
    """No file, no sandbox, no scoring; and outlines of the candidate's source."""
    allowed = {"grading.model", "grading.source"}
    assert {name for name in ours(path) if not name.startswith("grading.render")} <= allowed


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_but_the_command_line_knows_of_rooms(path: Path):
    """The grader works without GitHub."""
    if path.parent.name != "rooms":
        allowed = {"grading.rooms.commands"} if path.name == "cli.py" else set()
        assert {name for name in ours(path) if name.startswith("grading.rooms")} <= allowed


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
