"""Tests of the second run of a cohort: unchanged results are kept, and everything else is graded again."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tiny_cohort import FULL_POINTS, SOLUTION, cohort, make_checkout, table

TEMPLATES = Path("grading/render/html/templates")


@dataclass(frozen=True)
class Graded:
    """A checkout, a submission and the results of a first run."""

    root: Path
    submission: Path
    out: Path

    def grade(self, *options: object) -> None:
        """Run the same command again."""
        done = cohort(self.root, self.submission, "--out", self.out, "--jobs", 1, *options)
        assert done.returncode == 0, done.stderr
        assert table(self.out)["ada"]["automatic"] == FULL_POINTS

    @property
    def written(self) -> int:
        """Return the time at which the submission was last graded, in nanoseconds."""
        return (self.out / "ada" / "graded.json").stat().st_mtime_ns

    @property
    def page(self) -> str:
        """Return the reviewer's page."""
        return (self.out / "ada" / "summary.html").read_text(encoding="utf-8")


def git(folder: Path, *arguments: str) -> None:
    """Run git with the identity of a candidate."""
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run a cohort with a submission of two commits, and return the folder with checkout, submission and results."""
    folder = tmp_path_factory.mktemp("first")
    root = make_checkout(folder / "checkout", discussion=True)
    submission = folder / "ada"
    shutil.copytree(root / "assignment", submission / "assignment")
    git(submission, "init", "-q")
    git(submission, "add", ".")
    git(submission, "commit", "-q", "-m", "The handout")
    (submission / "assignment" / "exercise.py").write_text(SOLUTION, encoding="utf-8")
    git(submission, "commit", "-q", "-a", "-m", "Solved")
    Graded(root, submission, folder / "out").grade()
    return folder


@pytest.fixture
def graded(first_run: Path, tmp_path: Path) -> Graded:
    """Return a copy of the first run with the same file times."""
    shutil.copytree(first_run, tmp_path / "run", symlinks=True)
    return Graded(tmp_path / "run" / "checkout", tmp_path / "run" / "ada", tmp_path / "run" / "out")


def append(path: Path, text: str) -> None:
    """Append a line to a file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")


def test_nothing_is_graded_again_if_nothing_changed(graded: Graded):
    """A second run without changes leaves all files as they are."""
    before = {path: path.stat().st_mtime_ns for path in (graded.out / "ada").iterdir()}

    graded.grade()

    assert {path: path.stat().st_mtime_ns for path in (graded.out / "ada").iterdir()} == before


def solve_differently(graded: Graded) -> str:
    """Change the candidate's code."""
    append(graded.submission / "assignment" / "exercise.py", "# another way")
    return "another way"


def answer(graded: Graded) -> str:
    """Change an answer in the discussion."""
    append(graded.submission / "assignment" / "DISCUSSION.md", "On second thoughts, the median.")
    return "On second thoughts, the median."


def commit(graded: Graded) -> str:
    """Add a commit that changes no file."""
    git(graded.submission, "commit", "-q", "--allow-empty", "-m", "Sleep on it")
    return "Sleep on it"


def edit_handout(graded: Graded) -> str:
    """Edit a file of the handout, which is flagged."""
    append(graded.submission / "assignment" / "README.md", "Every point, please.")
    return "README.md was edited"


def edit_template(graded: Graded) -> str:
    """Change the template of the reviewer's page."""
    append(graded.root / TEMPLATES / "summary.html.jinja", "<!-- template two -->")
    return "<!-- template two -->"


def edit_style(graded: Graded) -> str:
    """Change the style sheet."""
    append(graded.root / TEMPLATES / "page.css", ".two { color: red; }")
    return ".two { color: red; }"


def edit_script(graded: Graded) -> str:
    """Change the script of the reviewer's page."""
    append(graded.root / TEMPLATES / "summary.js", "// script two")
    return "// script two"


def change_pins(graded: Graded) -> str:
    """Change a version in the pinned environment."""
    append(graded.root / "grading" / "constraints.txt", "another-package==2.0")
    return ""


def change_rubric(graded: Graded) -> str:
    """Change a title in the rubric."""
    rubric = graded.root / "hidden_tests" / "rubrics" / "short.toml"
    text = rubric.read_text(encoding="utf-8")
    rubric.write_text(text.replace("Trimmed Mean", "Mean Without Outliers"), encoding="utf-8")
    return "Mean Without Outliers"


@pytest.mark.parametrize(
    "change",
    [
        *(solve_differently, answer, commit, edit_handout),
        *(edit_template, edit_style, edit_script, change_pins, change_rubric),
    ],
)
def test_a_change_of_any_source_of_a_page_grades_again(change: Callable[[Graded], str], graded: Graded):
    """A change causes the submission to be graded again; its page shows the change, and its grade the grader."""
    before = graded.written
    appears = change(graded)
    assert not appears or appears not in graded.page

    graded.grade()

    assert graded.written != before
    assert appears in graded.page
    digest = json.loads((graded.out / "ada" / "grade.json").read_text(encoding="utf-8"))["grader"]["digest"]
    assert json.loads((graded.out / "ada" / "report.json").read_text())["grading"]["grader"]["digest"] == digest
    again = graded.written
    graded.grade()
    assert graded.written == again


@pytest.mark.parametrize("options", [("--seed", "7"), ("--figures",)], ids=" ".join)
def test_other_options_grade_again(options: tuple[str, ...], graded: Graded):
    """Another seed or the option `--figures` causes the submission to be graded again."""
    before = graded.written

    graded.grade(*options)

    assert graded.written != before


def test_a_folder_under_another_name_is_graded_again(graded: Graded):
    """Results in the folder of another submission are not reused."""
    (graded.out / "ada").rename(graded.out / "bob")
    graded.submission.rename(graded.submission.with_name("bob"))

    done = cohort(graded.root, graded.submission.with_name("bob"), "--out", graded.out, "--jobs", 1)

    assert done.returncode == 0, done.stderr
    assert list(table(graded.out)) == ["bob"]
    grade = json.loads((graded.out / "bob" / "grade.json").read_text(encoding="utf-8"))
    assert grade["submission"]["name"] == "bob"
