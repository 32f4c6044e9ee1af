"""grade.json: the score for programs, as it is written and read again."""

from pathlib import Path
from typing import Literal

import msgspec

from grading.content.records import Grader, Record
from grading.errors import UsageError, reason
from grading.submission.records import Flag

# --- grade.json, as it is read again ---------------------------------------------------------------------------------


class GradedSubmission(Record, frozen=True, kw_only=True):
    """Whose grade it is."""

    name: str
    commit: str | None


class GradedScore(Record, frozen=True, kw_only=True):
    """The sums; None while anything in them is open."""

    automatic: float
    automatic_max: float
    reviewer: float | None
    reviewer_max: float
    total: float | None
    max: float


class GradedTest(Record, frozen=True, kw_only=True):
    """One hidden test."""

    id: str
    outcome: Literal["passed", "failed", "error", "timeout"]
    points: float
    max: float
    mistakes: list[str]


class GradedCriterion(Record, frozen=True, kw_only=True):
    """One line of the rubric."""

    id: str
    title: str
    points: float | None
    max: float
    scored_by: Literal["tests", "reviewer"]
    tests: list[GradedTest]


class GradedBonus(Record, frozen=True, kw_only=True):
    """One follow-up."""

    id: str
    title: str
    points: float | None
    max: float


class GradedMistake(Record, frozen=True, kw_only=True):
    """One mistake that was named."""

    id: str
    severity: Literal["critical", "major", "minor"]
    criterion: str
    title: str


class Grade(Record, frozen=True, kw_only=True):
    """What stands in a grade.json."""

    schema: Literal[1]
    level: str
    submission: GradedSubmission
    score: GradedScore
    grader: Grader
    passing: float
    verdict: Literal["pass", "fail", "needs-review"]
    criteria: list[GradedCriterion]
    bonus: list[GradedBonus]
    mistakes: list[GradedMistake]
    flags: list[Flag]
    seconds: float


def read_grade(path: Path) -> Grade:
    """Return what stands in a grade.json; raise UsageError if it is none, or not a whole one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Grade)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {reason(error)}; give the grade.json that 'grade' wrote") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not a whole grade.json: {error}; grade again") from None
