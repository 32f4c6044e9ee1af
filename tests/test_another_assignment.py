"""The engine knows nothing of this exercise: with another assignment/ and hidden_tests/ it grades another take-home."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grading.content.version import VERSION, grader_digest
from tests.conftest import ROOT

TINY = ROOT / "tests" / "tiny"
ONE_END = """
def trimmed_mean(values, share):
    cut = int(len(values) * share)
    kept = sorted(values)[: len(values) - cut]
    return sum(kept) / len(kept)
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with this engine, unchanged, and the tiny take-home."""
    folder = tmp_path_factory.mktemp("tiny")
    shutil.copytree(TINY, folder, dirs_exist_ok=True)
    shutil.copytree(ROOT / "grading", folder / "grading")
    return folder


def grading(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line of that checkout."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-m", "grading", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def grade(root: Path, source: str) -> dict[str, Any]:
    """Grade a source and return its grade.json."""
    (root / "exercise.py").write_text(source)
    done = grading(root, "grade", "exercise.py")
    assert done.returncode == 0, done.stderr
    return dict(json.loads((root / "build" / "grade" / "grade.json").read_text()))


def test_its_reference_earns_everything_and_its_starter_nothing(root: Path):
    """In the sandbox, by its own rubric, with no torch anywhere."""
    reference = grade(root, (root / "hidden_tests" / "reference" / "exercise.py").read_text())
    assert reference["score"] | {"reviewer": None} == {
        "automatic": 80.0,
        "automatic_max": 80.0,
        "reviewer": None,
        "reviewer_max": 20.0,
        "total": None,
        "max": 100.0,
    }
    assert (reference["verdict"], reference["mistakes"]) == ("pass", [])
    starter = grade(root, (root / "assignment" / "exercise.py").read_text())
    assert starter["score"]["automatic"] == 0
    assert [mistake["id"] for mistake in starter["mistakes"]] == ["not-implemented"]


def test_grade_and_report_name_the_grader(root: Path):
    """Version and digest are in grade.json and report.json; a score by a changed rubric names the changed grader."""
    found = grade(root, ONE_END)
    report = root / "build" / "grade" / "report.json"
    made_by = json.loads(report.read_text())["grading"]["grader"]
    assert found["grader"] == made_by == {"version": VERSION, "digest": grader_digest(root)}
    rubric = root / "hidden_tests" / "rubrics" / "mid.toml"
    before = rubric.read_text()
    rubric.write_text(before + "\n# another rubric\n")
    try:
        assert grading(root, "score", str(report)).returncode == 0
        again = json.loads(report.with_name("grade.json").read_text())
        assert again["grader"]["digest"] == grader_digest(root)
    finally:
        rubric.write_text(before)

    assert again["grader"] != made_by
    assert json.loads(report.read_text())["grading"]["grader"] == made_by


def test_a_report_from_before_graders_were_recorded_can_be_scored(root: Path):
    """The score names today's grader."""
    grade(root, ONE_END)
    report = root / "build" / "grade" / "report.json"
    plain = json.loads(report.read_text())
    del plain["grading"]["grader"]
    report.write_text(json.dumps(plain))

    assert grading(root, "score", str(report)).returncode == 0

    assert json.loads(report.with_name("grade.json").read_text())["grader"]["digest"] == grader_digest(root)


def test_its_mistakes_are_named(root: Path):
    """With its own catalogue, and the severity's price."""
    found = grade(root, ONE_END)

    assert [(m["id"], m["severity"]) for m in found["mistakes"]] == [("cuts-one-end", "critical")]
    assert found["score"]["automatic"] <= 40
    assert "furthest from the rest" in (root / "build" / "grade" / "feedback.md").read_text()


def test_what_lies_around_the_hidden_tests_plays_no_part(root: Path):
    """A conftest.py that pytest would find above them, say, in a folder that holds this checkout among others."""
    (root / "conftest.py").write_text("raise RuntimeError\n")
    try:
        found = grade(root, (root / "hidden_tests" / "reference" / "exercise.py").read_text())
    finally:
        (root / "conftest.py").unlink()

    assert found["score"]["automatic"] == 80


def test_its_starter_comes_from_its_reference(root: Path):
    """`publish --in-place` writes what is checked in; `review` asks its question."""
    before = (root / "assignment" / "exercise.py").read_text()
    assert grading(root, "publish", "--in-place").returncode == 0
    assert (root / "assignment" / "exercise.py").read_text() == before
    assert grading(root, "review", "exercise.py").returncode == 0
    assert "the extremes are what matters" in (root / "build" / f"review-{root.name}.toml").read_text()


def test_what_does_not_add_up_is_refused_before_anything_is_graded(root: Path):
    """A test that the rubric does not name: status 3, the file and the fix, no score."""
    path = root / "hidden_tests" / "test_more.py"
    path.write_text(
        "import pytest\n\n@pytest.mark.criterion('trimmed-mean')\ndef test_more(candidate):\n    '''More.'''\n"
    )
    done = grading(root, "grade", "exercise.py", "--out", "build/refused")
    path.unlink()

    assert done.returncode == 3
    assert "does not name the hidden test 'more'" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "mid.toml" in done.stderr
    assert not (root / "build" / "refused" / "grade.json").exists()
