"""The command line: exit statuses that scripts can trust, one line for each error, and outputs whole or not at all."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REFERENCE, ROOT


def grading(*arguments: object, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m grading` from the root of the checkout."""
    return subprocess.run(
        [sys.executable, "-m", "grading", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_reference_gets_85_of_85(tmp_path: Path):
    """Status 0, and every file is there."""
    done = grading("grade", REFERENCE, "--out", tmp_path / "out")

    assert (done.returncode, done.stderr) == (0, "")
    assert "85 of 85 automatic points: pass" in done.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("feedback.md", "grade.json", "report.json", "summary.html", "summary.md")
    ]


def test_the_untouched_starter_gets_nothing(tmp_path: Path):
    """Three TODOs, three times not-implemented, and still status 0: it was graded."""
    done = grading("grade", ROOT / "assignment", "--out", tmp_path)

    grade = json.loads((tmp_path / "grade.json").read_text(encoding="utf-8"))
    assert done.returncode == 0
    assert grade["score"]["automatic"] == 0
    assert [mistake["id"] for mistake in grade["mistakes"]] == ["not-implemented"] * 3
    assert grade["verdict"] == "fail"


def test_the_same_seed_gives_the_same_grade(tmp_path: Path):
    """But for the seconds it took."""
    grades = []
    for name in ("a", "b"):
        grading("grade", REFERENCE, "--out", tmp_path / name, "--seed", 7)
        grade = json.loads((tmp_path / name / "grade.json").read_text(encoding="utf-8"))
        grade.pop("seconds")
        grades.append(json.dumps(grade))

    assert grades[0] == grades[1]


def test_an_old_report_is_scored_again_with_a_review(tmp_path: Path):
    """Nothing runs; a filled-in sheet closes the verdict."""
    grading("grade", REFERENCE, "--out", tmp_path)
    sheet = tmp_path / "review.toml"
    assert grading("review", REFERENCE, "--out", sheet).returncode == 0
    text = sheet.read_text(encoding="utf-8").replace('reviewer = ""', 'reviewer = "Rosa"')
    sheet.write_text(text.replace("# points = 0 ", "points = 4 "), encoding="utf-8")

    done = grading("score", tmp_path / "report.json", "--review", sheet)

    grade = json.loads((tmp_path / "grade.json").read_text(encoding="utf-8"))
    assert done.returncode == 0
    assert (grade["score"]["reviewer"], grade["score"]["total"], grade["verdict"]) == (8, 93, "pass")
    assert "93 of 100: this passes" in (tmp_path / "feedback.md").read_text(encoding="utf-8")
    assert grading("score", tmp_path / "report.json").returncode == 0, "the report is still there"
    assert json.loads((tmp_path / "grade.json").read_text(encoding="utf-8"))["score"]["total"] is None
    assert grading("review", sheet).stdout == f"{sheet}: filled in by Rosa\n"


def test_a_sheet_for_another_is_flagged(tmp_path: Path):
    """It counts, for an interview's sheet bears the candidate's name; but the reviewer is told."""
    sheet = tmp_path / "review.toml"
    sheet.write_text('submission = "somebody"\nlevel = "mid"\nreviewer = "Rosa"\ncriterion = []\n', encoding="utf-8")

    assert grading("grade", REFERENCE, "--out", tmp_path, "--review", sheet).returncode == 0

    grade = json.loads((tmp_path / "grade.json").read_text(encoding="utf-8"))
    assert "review-of-another" in [flag["id"] for flag in grade["flags"]]


def test_a_sheet_is_not_written_over(tmp_path: Path):
    """A reviewer's work is not lost to a second call."""
    sheet = tmp_path / "review.toml"
    sheet.write_text("mine", encoding="utf-8")

    done = grading("review", REFERENCE, "--out", sheet)

    assert done.returncode == 2
    assert "--force" in done.stderr
    assert sheet.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("grade", "nowhere"), "nowhere"),
        (("grade", "docs"), "assignment/exercise.py"),
        (("grade", "/dev/zero"), "is not a regular file"),
        (("grade", "README.md"), "is no Python file"),
        (("grade", "tests/submissions/correct"), "one by one"),
        (("grade", REFERENCE, "--review", "nowhere.toml"), "nowhere.toml"),
        (("grade", REFERENCE, "--out", "README.md/x"), "README.md/x"),
        (("score", "nowhere.json"), "nowhere.json"),
        (("score", "pyproject.toml"), "pyproject.toml"),
        (("review", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(arguments: tuple[object, ...], says: str):
    """Status 2, the file's name, no traceback, nothing on standard output."""
    done = grading(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("grading: ")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr


@pytest.mark.parametrize("cut", [0, 100, 2000])
def test_a_truncated_report_is_refused(cut: int, tmp_path: Path):
    """There is no score of half a report."""
    grading("grade", REFERENCE, "--out", tmp_path)
    report = tmp_path / "report.json"
    report.write_bytes(report.read_bytes()[:cut])
    (tmp_path / "grade.json").unlink()

    done = grading("score", report)

    assert done.returncode == 2
    assert "report.json" in done.stderr
    assert not (tmp_path / "grade.json").exists()


def test_without_isolation_there_is_no_score(tmp_path: Path):
    """A bubblewrap that does not work is the grader's failure: status 3, the mend, and no old score left."""
    broken = tmp_path / "bin" / "bwrap"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    out = tmp_path / "out"
    grading("grade", REFERENCE, "--out", out)

    done = grading("grade", REFERENCE, "--out", out, PATH=f"{broken.parent}{os.pathsep}{os.environ['PATH']}")

    assert done.returncode == 3
    assert "Permission denied" in done.stderr
    assert "apparmor_restrict_unprivileged_userns" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (out / "grade.json").exists()


def test_running_without_a_sandbox_says_so_everywhere(tmp_path: Path):
    """On standard error, in the summary and in the report."""
    done = grading("grade", REFERENCE, "--out", tmp_path, "--no-sandbox")

    assert done.returncode == 0
    assert "NO SANDBOX" in done.stderr
    assert "NO SANDBOX" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["grading"]["sandbox"] == "none"


def test_help_teaches():
    """Commands, and what the exit statuses mean."""
    done = grading("--help")

    assert done.returncode == 0
    for word in ("grade", "score", "review", "exit status", "the grader itself failed"):
        assert word in done.stdout


def test_it_runs_from_anywhere(tmp_path: Path):
    """The data files are found beside the package, not in the working folder."""
    done = grading("grade", REFERENCE, "--out", tmp_path, cwd=tmp_path, PYTHONPATH=str(ROOT))

    assert "85 of 85" in done.stdout, done.stderr
