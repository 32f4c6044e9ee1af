"""Tests that the level comes from the submission, and that a different level is never used silently."""

import json
import time
from pathlib import Path

import pytest

from grading.content.load import Assignment
from grading.errors import UsageError
from grading.handout.publish import publish
from grading.handout.templates import handout, solution
from grading.submission.level import level_of_all, level_to_grade
from tests.command_line import cold, grading
from tests.conftest import REFERENCE, ROOT

LEVELS = Assignment(ROOT).levels
# CPU time. Measured: under 0.1 s, and 80 s for a hostile file before its size was limited.
MOST_SECONDS = 20


@pytest.fixture
def senior(tmp_path: Path, assignment: Assignment) -> Path:
    """Return a room of the senior level with a correct solution."""
    folder = tmp_path / "senior"
    publish(assignment, "senior", folder)
    (folder / "assignment" / "exercise.py").write_text(solution(assignment, "senior"), encoding="utf-8")
    return folder


def checkout(folder: Path, level: str, assignment: Assignment) -> Path:
    """Write the handout of the open flow and return its folder."""
    for name, text in handout(assignment, level, "open").items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("level", LEVELS)
def test_every_handout_names_its_level(level: str, tmp_path: Path, assignment: Assignment):
    """A room names its level in a file at its root, and a checkout of the open flow in a file next to the exercise."""
    publish(assignment, level, tmp_path / "room")

    for folder in (tmp_path / "room", checkout(tmp_path / "open", level, assignment)):
        assert level_to_grade(folder, assignment, None) == level
        assert level_to_grade(folder / "assignment", assignment, None) == level
        assert level_to_grade(folder, assignment, level) == level


def test_a_single_file_has_the_level_that_is_given(assignment: Assignment):
    """A single file names no level, so it has the given one or the default, mid."""
    assert level_to_grade(REFERENCE, assignment, None) == "mid"
    assert level_to_grade(REFERENCE, assignment, "senior") == "senior"


def test_another_level_is_refused_with_both_names(senior: Path, tmp_path: Path, assignment: Assignment):
    """The error for a different level contains both levels, the file and the fix."""
    with pytest.raises(UsageError, match=r"--level mid: .*room\.toml has level senior; omit --level"):
        level_to_grade(senior, assignment, "mid")
    with pytest.raises(UsageError, match=r"--level senior: .*level\.toml has level mid"):
        level_to_grade(checkout(tmp_path / "open", "mid", assignment), assignment, "senior")


@pytest.mark.parametrize(
    ("content", "says"),
    [("level = 1", "level"), ("\xff", "utf-8"), ('level = "wizard"', "'wizard' has no rubric"), ("[", "room.toml")],
)
def test_an_invalid_level_file_is_refused_without_an_option(
    content: str, says: str, senior: Path, assignment: Assignment
):
    """A level file with an unknown level or invalid content is refused, unless `--level` is given."""
    (senior / "room.toml").write_bytes(content.encode("latin-1"))

    with pytest.raises(UsageError, match=says) as raised:
        level_to_grade(senior, assignment, None)
    assert str(raised.value).endswith("; correct that file, or use --level")
    assert level_to_grade(senior, assignment, "senior") == "senior"


# Files for which tomllib raises errors of other types, or takes minutes.
HOSTILE = {
    "brackets": b"level = " + b"[" * 4000,
    "digits": b"level = " + b"9" * 4400,
    "parts": b"a." * 120_000 + b"a = 1",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_level_file_is_refused(case: str, senior: Path, tmp_path: Path, assignment: Assignment):
    """A hostile level file is refused like an invalid one, in little time, also in a cohort."""
    hostile = checkout(tmp_path / "hostile", "senior", assignment)
    (hostile / "assignment" / "level.toml").write_bytes(HOSTILE[case])
    before = time.process_time()

    with pytest.raises(UsageError, match=r"level\.toml: .*; correct that file, or use --level"):
        level_to_grade(hostile, assignment, None)
    assert level_to_grade(hostile, assignment, "senior") == "senior"
    assert level_of_all([hostile, senior], assignment, None) == "senior"
    assert time.process_time() - before < MOST_SECONDS


def test_a_link_in_place_of_the_file_is_not_followed(senior: Path, tmp_path: Path, assignment: Assignment):
    """A link in place of the level file is refused, so that a candidate cannot choose which file is read."""
    (tmp_path / "elsewhere.toml").write_text('level = "junior"\n', encoding="utf-8")
    (senior / "room.toml").unlink()
    (senior / "room.toml").symlink_to(tmp_path / "elsewhere.toml")

    with pytest.raises(UsageError, match="it is a link"):
        level_to_grade(senior, assignment, None)


def test_a_cohort_has_one_level(senior: Path, tmp_path: Path, assignment: Assignment):
    """A cohort has the level that its submissions name; several levels are refused, since one rubric scores all."""
    mid = checkout(tmp_path / "open", "mid", assignment)

    assert level_of_all([senior, tmp_path / "nowhere"], assignment, None) == "senior"
    assert level_of_all([REFERENCE], assignment, None) == "mid"
    assert level_of_all([senior, mid], assignment, "junior") == "junior"
    with pytest.raises(
        UsageError, match=r"several levels: mid \(.*\), senior \(.*\); grade each level as a separate cohort"
    ):
        level_of_all([senior, mid], assignment, None)


def test_a_level_file_does_not_apply_to_other_submissions(senior: Path, assignment: Assignment):
    """If some submissions of a cohort name no level, it must be given, so that no candidate chooses it for others."""
    with pytest.raises(UsageError, match="has no level, but other submissions have one; use --level"):
        level_of_all([REFERENCE, senior], assignment, None)
    assert level_of_all([REFERENCE, senior], assignment, "senior") == "senior"


def test_two_files_that_name_a_level_are_refused(senior: Path, assignment: Assignment):
    """A submission with two level files is refused, so that adding a file cannot change its level."""
    other = (
        senior / "room.toml" if (senior / "assignment" / "level.toml").exists() else senior / "assignment/level.toml"
    )
    other.write_text('level = "junior"\n', encoding="utf-8")

    with pytest.raises(UsageError, match="both set a level"):
        level_to_grade(senior, assignment, None)
    assert level_to_grade(senior, assignment, "senior") == "senior"


@pytest.mark.usefixtures("shared_sandbox")
def test_every_command_takes_the_level_of_a_room(senior: Path, tmp_path: Path):
    """`grade`, `review`, `score` and `cohort` use the level that a room names."""
    out = tmp_path / "out"
    graded = grading("grade", senior, "--out", out)
    reviewed = grading("review", senior, "--out", tmp_path / "sheet.toml")
    cohort = cold("cohort", senior, "--out", tmp_path / "cohort", "--jobs", "1")

    assert graded.returncode == 0, graded.stderr
    assert "TODO 4" in graded.stdout
    assert json.loads((out / "grade.json").read_text(encoding="utf-8"))["level"] == "senior"
    assert reviewed.returncode == 0, reviewed.stderr
    sheet = tmp_path / "sheet.toml"
    text = sheet.read_text(encoding="utf-8")
    assert 'level = "senior"' in text
    sheet.write_text(text.replace('reviewer = ""', 'reviewer = "Rosa"'), encoding="utf-8")
    assert grading("review", sheet).returncode == 0, "a sheet is checked at its own level"
    assert grading("score", out / "report.json", "--review", sheet).returncode == 0
    assert cohort.returncode == 0, cohort.stderr
    table = (tmp_path / "cohort" / "cohort.csv").read_text(encoding="utf-8")
    assert ",senior," in table.splitlines()[1]


def test_a_level_that_differs_is_refused_before_anything_runs(senior: Path, tmp_path: Path):
    """`grade` and `review` refuse another level with status 2 and one line; `cohort` grades the other submissions."""
    for command in ("grade", "review"):
        done = grading(command, senior, "--level", "mid", "--out", tmp_path / "out")

        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert "--level mid" in done.stderr and "has level senior" in done.stderr
    assert not (tmp_path / "out").exists()
    done = cold("cohort", senior, REFERENCE, "--level", "mid", "--out", tmp_path / "cohort", "--jobs", "1")
    assert done.returncode == 2
    rows = (tmp_path / "cohort" / "cohort.csv").read_text(encoding="utf-8").splitlines()
    assert "has level senior" in rows[1] and ",85.0," in rows[2]
