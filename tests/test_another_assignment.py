"""Tests that the engine grades another take-home, with its own assignment/ and hidden_tests/.

The other take-home has the levels `short` and `long`, dimensions of its own, no discussion and no figures.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
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
    """Write a checkout with this engine, unchanged, and the tiny take-home."""
    folder = tmp_path_factory.mktemp("tiny")
    shutil.copytree(TINY, folder, dirs_exist_ok=True)
    shutil.copytree(ROOT / "grading", folder / "grading")
    shutil.copy(folder / "hidden_tests" / "reference" / "exercise.py", folder)
    return folder


def grading(root: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command line of the checkout, with these lines typed into it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-m", "grading", *arguments],
        cwd=root,
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def grade(root: Path, source: str, *options: str) -> dict[str, Any]:
    """Grade a source and return its grade.json."""
    (root / "exercise.py").write_text(source)
    done = grading(root, "grade", "exercise.py", *options)
    assert done.returncode == 0, done.stderr
    return dict(json.loads((root / "build" / "grade" / "grade.json").read_text()))


def test_the_reference_gets_full_points_and_the_starter_none(root: Path):
    """The reference gets full points and the starter none, by the take-home's own rubric and without torch."""
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
    """grade.json and report.json contain version and digest; a score by a changed rubric names the changed grader."""
    found = grade(root, ONE_END)
    report = root / "build" / "grade" / "report.json"
    made_by = json.loads(report.read_text())["grading"]["grader"]
    assert found["grader"] == made_by == {"version": VERSION, "digest": grader_digest(root)}
    rubric = root / "hidden_tests" / "rubrics" / "short.toml"
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
    """A report without a recorded grader can be scored, and the score names the current grader."""
    grade(root, ONE_END)
    report = root / "build" / "grade" / "report.json"
    plain = json.loads(report.read_text())
    del plain["grading"]["grader"]
    report.write_text(json.dumps(plain))

    assert grading(root, "score", str(report)).returncode == 0

    assert json.loads(report.with_name("grade.json").read_text())["grader"]["digest"] == grader_digest(root)


def test_its_mistakes_are_named(root: Path):
    """Mistakes are named from the take-home's own catalogue, and their severity limits the points."""
    found = grade(root, ONE_END)

    assert [(m["id"], m["severity"]) for m in found["mistakes"]] == [("cuts-one-end", "critical")]
    assert found["score"]["automatic"] <= 40
    assert "furthest from the rest" in (root / "build" / "grade" / "feedback.md").read_text()


def test_files_above_the_hidden_tests_are_not_used(root: Path):
    """A conftest.py in a folder above the hidden tests is not used."""
    (root / "conftest.py").write_text("raise RuntimeError\n")
    try:
        found = grade(root, (root / "hidden_tests" / "reference" / "exercise.py").read_text())
    finally:
        (root / "conftest.py").unlink()

    assert found["score"]["automatic"] == 80


def test_its_starter_comes_from_its_reference(root: Path):
    """`publish --in-place` writes the same starter that is checked in."""
    before = (root / "assignment" / "exercise.py").read_text()

    assert grading(root, "publish", "--in-place").returncode == 0

    assert (root / "assignment" / "exercise.py").read_text() == before


def test_an_inconsistent_rubric_is_refused_before_grading(root: Path):
    """A hidden test that the rubric does not name ends grading with status 3, and the message names the file."""
    path = root / "hidden_tests" / "test_more.py"
    path.write_text(
        "import pytest\n\n@pytest.mark.criterion('trimmed-mean')\ndef test_more(candidate):\n    '''More.'''\n"
    )
    done = grading(root, "grade", "exercise.py", "--out", "build/refused")
    path.unlink()

    assert done.returncode == 3
    assert "does not name the hidden test 'more'" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "short.toml" in done.stderr
    assert not (root / "build" / "refused" / "grade.json").exists()


def test_its_levels_are_those_of_its_rubrics(root: Path):
    """A submission without a level is graded at the default level of the assignment; another level has other points."""
    source = (root / "hidden_tests" / "reference" / "exercise.py").read_text()

    short, long = grade(root, source), grade(root, source, "--level", "long")

    assert (short["level"], short["score"]["automatic"]) == ("short", 80)
    assert (long["level"], long["score"]["automatic"]) == ("long", 60)
    refused = grading(root, "grade", "exercise.py", "--level", "mid")
    assert refused.returncode == 2
    assert "short" in refused.stderr


def test_its_pages_have_no_unused_sections(root: Path):
    """Pages mention no discussion if there are no questions, and no model if there are no figures."""
    grade(root, ONE_END, "--level", "long")

    for name in ("summary.md", "summary.html", "feedback.md"):
        page = (root / "build" / "grade" / name).read_text()
        assert "Trimmed Mean" in page
        assert not re.search(r"discussion|torch|answer key|what the model", page, re.IGNORECASE), name
    assert "A reviewer adds the points for Naming and Tests." in (root / "build" / "grade" / "feedback.md").read_text()


def test_its_review_is_of_its_own_criteria(root: Path):
    """The review sheet contains the criteria that a reviewer scores, and the reviewer's points decide the verdict."""
    (root / "exercise.py").write_text(ONE_END)
    assert grading(root, "review", "exercise.py", "--level", "long", "--force").returncode == 0
    sheet = root / "build" / f"review-{root.name}.toml"
    text = sheet.read_text()
    assert [line["id"] for line in tomllib.loads(text)["criterion"]] == ["naming", "tests"]
    text = text.replace('reviewer = ""', 'reviewer = "Rosa"').replace("# points = 0", "points = 15")
    sheet.write_text(text.replace("# readability = 50", "readability = 75"))

    graded = grade(root, ONE_END, "--level", "long", "--review", str(sheet))

    assert graded["score"]["reviewer"] == 30
    assert graded["verdict"] == ("pass" if graded["score"]["total"] >= 60 else "fail")
    assert "readability, by the reviewer: 75 %" in (root / "build" / "grade" / "summary.md").read_text()


def test_its_interview_becomes_a_review(root: Path):
    """Marks and hints of an interview change the take-home's own dimensions, and `grade` accepts the sheet."""
    lines = ["o", "1 2", "h", "y", "d", "c", "reads well", "p", "20", "", "", "w", "q"]

    done = grading(root, "interview", "ada", "--interviewer", "Rosa", "--out", "build", typed="\n".join(lines) + "\n")

    assert done.returncode == 0, done.stderr
    assert "There are no questions at this level." in done.stdout
    sheet = root / "build" / "ada" / "review.toml"
    review = tomllib.loads(sheet.read_text())
    assert (review["level"], review["criterion"]) == (
        "short",
        [{"id": "naming", "points": 20, "comment": "reads well"}],
    )
    # Each dimension starts at 50: 20 are added for the example by hand, 5 subtracted for the hint, 10 for the names.
    assert review["dimensions"] == {"correctness": 65, "readability": 40}
    source = (root / "hidden_tests" / "reference" / "exercise.py").read_text()
    assert grade(root, source, "--review", str(sheet), "--for-anyone")["score"]["total"] == 100


def test_its_cohort_is_graded_at_the_level_that_is_given(root: Path):
    """A cohort is graded at the given level, and its page shows the rubric's criteria."""
    for name in ("right", "wrong"):
        (root / f"{name}.py").write_text(ONE_END)
    (root / "right.py").write_text((root / "hidden_tests" / "reference" / "exercise.py").read_text())

    done = grading(root, "cohort", "right.py", "wrong.py", "--level", "long", "--jobs", "1", "--out", "build/cohort")

    assert done.returncode == 0, done.stderr
    page = (root / "build" / "cohort" / "cohort.html").read_text()
    assert "TODO 1: Trimmed Mean" in page
    grades = [json.loads((root / "build" / "cohort" / name / "grade.json").read_text()) for name in ("right", "wrong")]
    assert [(grade["level"], grade["verdict"]) for grade in grades] == [("long", "pass"), ("long", "needs-review")]


def test_its_handout_is_published_for_each_of_its_levels(root: Path):
    """A published room contains its level, and no file for answers if there are no questions."""
    for level in ("short", "long"):
        done = grading(root, "publish", f"build/{level}", "--level", level)

        assert done.returncode == 0, done.stderr
        assert tomllib.loads((root / "build" / level / "room.toml").read_text()) == {"level": level}
        assert not list((root / "build" / level).rglob("DISCUSSION.md"))
        assert "trimmed_mean" in (root / "build" / level / "assignment" / "exercise.py").read_text()
