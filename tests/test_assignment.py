"""The handout: starter and reference belong together, red is right, and what the README promises is so."""

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
    """A copy of the handout with the reference in it."""
    root = tmp_path_factory.mktemp("finished")
    shutil.copytree(ROOT / "assignment", root / "assignment")
    (root / "assignment" / "exercise.py").write_text(solution(Assignment(ROOT), "mid"), encoding="utf-8")
    return root


def outline(source: str) -> list[tuple[str, str, str | None]]:
    """Return each function's name, signature and docstring."""
    tree = ast.parse(source)
    return [
        (node.name, ast.unparse(node.args) + ast.unparse(node.returns or ast.Constant(None)), ast.get_docstring(node))
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    ]


def test_the_starter_is_the_reference_without_its_bodies():
    """Same functions, signatures and docstrings; each body raises with its TODO."""
    assert outline(STARTER.read_text(encoding="utf-8")) == outline(solution(Assignment(ROOT), "mid"))
    todos = re.findall(r'raise NotImplementedError\("TODO (\d) of 3: (\w+) ', STARTER.read_text(encoding="utf-8"))
    assert todos == [("1", "make_loss"), ("2", "train_epoch"), ("3", "evaluate")]


def test_the_starters_visible_tests_all_fail_by_name():
    """Red is right: each fails with the TODO that is to do."""
    done = python("-m", "pytest", "-q", "--tb=line", "assignment", cwd=ROOT)

    assert re.search(r"\b11 failed\b", done.stdout), done.stdout
    assert "passed" not in done.stdout
    assert done.stdout.count("NotImplementedError: TODO") >= 11


def test_the_references_visible_tests_all_pass(finished: Path):
    """A finished exercise is green."""
    done = python("-m", "pytest", "-q", "assignment", cwd=finished)

    assert re.search(r"\b11 passed\b", done.stdout), done.stdout
    assert "failed" not in done.stdout


def test_the_docstrings_examples_hold(finished: Path):
    """Those that can be run as they stand."""
    done = python("-m", "doctest", "assignment/exercise.py", cwd=finished)

    assert (done.returncode, done.stdout) == (0, "")


def test_the_finished_exercise_prints_what_was_promised(finished: Path):
    """Five epochs and one line, an F1 of 0.75 to 0.85, recall clearly above precision."""
    done = python("-m", "assignment", cwd=finished)

    printed = "".join(rf"Epoch {epoch} \| loss 0\.\d{{4}}\n" for epoch in range(5))
    match = re.fullmatch(printed + r"Precision (0\.\d{3}) Recall (0\.\d{3}) F1 (0\.\d{3})\n", done.stdout)
    assert match, done.stdout + done.stderr
    precision, recall, f1 = map(float, match.groups())
    assert 0.75 <= f1 <= 0.85
    assert recall > precision + 0.1


def test_an_unfinished_exercise_says_what_is_to_do():
    """One line, status 1, no traceback."""
    done = python("-m", "assignment", cwd=ROOT)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Not done yet: TODO 1 of 3: make_loss (assignment/exercise.py)\n"


def test_the_readme_tells_the_rubric(assignment: Assignment):
    """Points as they are given."""
    text = (ROOT / "assignment" / "README.md").read_text(encoding="utf-8")

    for criterion in assignment.rubric("mid").criterion:
        assert f"| {criterion.title} | {criterion.points:g} |" in text
