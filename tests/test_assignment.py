"""Tests of the handout: the starter matches the reference, its tests fail at first, and the README is correct."""

import ast
import re
import shutil
from pathlib import Path

import pytest

from grading.content.load import Assignment
from grading.handout.templates import solution
from tests.conftest import ROOT
from tests.warm_python import python

STARTER = ROOT / "assignment" / "exercise.py"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a copy of the handout with the reference in it."""
    root = tmp_path_factory.mktemp("finished")
    shutil.copytree(ROOT / "assignment", root / "assignment")
    (root / "assignment" / "exercise.py").write_text(solution(Assignment(ROOT), "mid"), encoding="utf-8")
    return root


def outline(source: str) -> list[tuple[str, str, str | None]]:
    """Return the name, signature and docstring of each function."""
    tree = ast.parse(source)
    return [
        (node.name, ast.unparse(node.args) + ast.unparse(node.returns or ast.Constant(None)), ast.get_docstring(node))
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    ]


def test_the_starter_is_the_reference_without_its_bodies():
    """Starter and reference have the same functions, signatures and docstrings; each starter body raises its TODO."""
    assert outline(STARTER.read_text(encoding="utf-8")) == outline(solution(Assignment(ROOT), "mid"))
    todos = re.findall(r'raise NotImplementedError\("TODO (\d) of 3: (\w+) ', STARTER.read_text(encoding="utf-8"))
    assert todos == [("1", "make_loss"), ("2", "train_epoch"), ("3", "evaluate")]


def test_the_visible_tests_of_the_starter_fail_with_their_todo():
    """At first all visible tests fail, each with the TODO of its function."""
    done = python("-m", "pytest", "-q", "--tb=line", "assignment", cwd=ROOT)

    assert re.search(r"\b11 failed\b", done.stdout), done.stdout
    assert "passed" not in done.stdout
    assert done.stdout.count("NotImplementedError: TODO") >= 11


def test_the_references_visible_tests_all_pass(finished: Path):
    """All visible tests pass for the reference."""
    done = python("-m", "pytest", "-q", "assignment", cwd=finished)

    assert re.search(r"\b11 passed\b", done.stdout), done.stdout
    assert "failed" not in done.stdout


def test_docstring_examples_pass(finished: Path):
    """The examples in the docstrings of the reference pass as doctests."""
    done = python("-m", "doctest", "assignment/exercise.py", cwd=finished)

    assert (done.returncode, done.stdout) == (0, "")


def test_the_finished_exercise_prints_the_documented_results(finished: Path):
    """The finished exercise prints five epochs and one line, with an F1 of 0.75 to 0.85 and recall above precision."""
    done = python("-m", "assignment", cwd=finished)

    printed = "".join(rf"Epoch {epoch} \| loss 0\.\d{{4}}\n" for epoch in range(5))
    match = re.fullmatch(printed + r"Precision (0\.\d{3}) Recall (0\.\d{3}) F1 (0\.\d{3})\n", done.stdout)
    assert match, done.stdout + done.stderr
    precision, recall, f1 = map(float, match.groups())
    assert 0.75 <= f1 <= 0.85
    assert recall > precision + 0.1


def test_an_unfinished_exercise_names_the_todo():
    """An unfinished exercise prints one line that names the TODO, without a traceback, and exits with status 1."""
    done = python("-m", "assignment", cwd=ROOT)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Not done yet: TODO 1 of 3: make_loss (assignment/exercise.py)\n"


def test_the_readme_lists_the_points_of_the_rubric(assignment: Assignment):
    """The README of the assignment lists each criterion with the points of the rubric."""
    text = (ROOT / "assignment" / "README.md").read_text(encoding="utf-8")

    for criterion in assignment.rubric("mid").criterion:
        assert f"| {criterion.title} | {criterion.points:g} |" in text
