"""Tests of grading without a sandbox: the submission's own code is graded, and imports leave no trace."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grading.sandbox.calls import Call, Reply, Status, SubmittedCode
from grading.sandbox.unprotected import Unprotected
from tests.conftest import BUDGET, ROOT
from tests.warm_python import python

REFERENCE = ROOT / "hidden_tests" / "reference"
FOLLOW_UPS = dict.fromkeys(["threshold-tuning", "oversampling", "model-improvement", "production"], 5.0)


def graded(submission: Path, out: Path, level: str) -> tuple[float, dict[str, float]]:
    """Grade a submission without a sandbox; return its automatic points and the points of its follow-ups."""
    arguments = ["grade", submission, "--no-sandbox", "--level", level, "--out", out, "--seed", 1]
    done = python("-m", "grading", *arguments)
    assert done.returncode == 0, done.stderr
    grade = json.loads((out / "grade.json").read_text(encoding="utf-8"))
    return grade["score"]["automatic"], {bonus["id"]: bonus["points"] for bonus in grade["bonus"]}


def test_the_example_gets_its_own_points(tmp_path: Path):
    """The example gets the same 69 points as in the sandbox, not those of the checkout's starter."""
    assert graded(ROOT / "tests" / "submissions" / "example", tmp_path, "mid")[0] == 69


def test_the_reference_gets_every_point(tmp_path: Path):
    """The main module, the pipeline and the follow-ups of the reference are imported from the submission and graded."""
    shutil.copytree(REFERENCE, tmp_path / "assignment")

    assert graded(tmp_path, tmp_path / "out", "researcher") == (85, FOLLOW_UPS)


@pytest.fixture
def sandbox() -> Iterator[Unprotected]:
    """Return an executor without a sandbox, with the probes of the assignment."""
    sandbox = Unprotected("hidden_tests.probes")
    yield sandbox
    sandbox.close()


def _import(sandbox: Unprotected, source: str) -> Reply:
    files = {"assignment/__init__.py": b"", "assignment/exercise.py": source.encode()}
    code = SubmittedCode(module="assignment.exercise", files=files)
    return sandbox.call(Call(code=code, probe="importing", inputs={}, budget=BUDGET))


@pytest.mark.parametrize("source", ["import sys; sys.path.insert(0, '/theirs')", "raise ValueError"])
def test_sys_path_and_modules_are_restored(source: str, sandbox: Unprotected):
    """An import of a submission, successful or not, leaves `sys.path` and the checkout's own modules unchanged."""
    import assignment.data

    path, data = list(sys.path), assignment.data
    names = {name for name in sys.modules if name.startswith("assignment")}

    _import(sandbox, f"import assignment.exercise as own\n{source}")

    assert sys.path == path
    assert sys.modules["assignment.data"] is data
    assert {name for name in sys.modules if name.startswith("assignment")} == names


def test_each_call_imports_its_own_source(sandbox: Unprotected):
    """Two sources of the same size that are imported one after the other are not confused by a cache."""
    sources = {"name = 'a' * 1": Status.ANSWERED, "name = 'a' + 1": Status.FAILED, "name = 'a' * 2": Status.ANSWERED}

    assert {source: _import(sandbox, source).status for source in sources} == sources
