"""grade.json: the score for programs. `Grade` is its schema, which docs/grade.schema.json publishes."""

import json
from pathlib import Path
from typing import Literal

import msgspec

from grading.content.records import Grader, Record, ScoredBy, Severity
from grading.errors import UsageError, reason
from grading.run.records import Outcome
from grading.scoring.records import Scorecard, Verdict
from grading.submission.records import Flag


class GradedSubmission(Record, frozen=True, kw_only=True):
    """Whose grade it is."""

    name: str
    commit: str | None


class GradedScore(Record, frozen=True, kw_only=True):
    """The sums of the points; null while anything in them is open."""

    automatic: float
    automatic_max: float
    reviewer: float | None
    reviewer_max: float
    total: float | None
    max: float


class GradedTest(Record, frozen=True, kw_only=True):
    """One hidden test, with the ids of the mistakes that explain its failure."""

    id: str
    outcome: Outcome
    points: float
    max: float
    mistakes: list[str]


class GradedCriterion(Record, frozen=True, kw_only=True):
    """One criterion of the rubric; its points are null while the reviewer has not given any."""

    id: str
    title: str
    points: float | None
    max: float
    scored_by: ScoredBy
    tests: list[GradedTest]


class GradedBonus(Record, frozen=True, kw_only=True):
    """One follow-up, whose points stand beside the score."""

    id: str
    title: str
    points: float | None
    max: float


class GradedMistake(Record, frozen=True, kw_only=True):
    """One mistake that was found, and the criterion that it costs points; `any` if it costs all of them points."""

    id: str
    severity: Severity
    criterion: str
    title: str


class Grade(Record, frozen=True, kw_only=True):
    """The content of a grade.json."""

    schema: Literal[1]
    level: str
    submission: GradedSubmission
    score: GradedScore
    grader: Grader
    passing: float
    verdict: Verdict
    criteria: list[GradedCriterion]
    bonus: list[GradedBonus]
    mistakes: list[GradedMistake]
    flags: list[Flag]
    seconds: float


def make_grade(card: Scorecard) -> Grade:
    """Return what a scorecard tells programs."""
    submission, automatic = card.run.submission, card.points(ScoredBy.TESTS)
    assert automatic is not None, "tests leave no points open"
    return Grade(
        schema=1,
        level=card.rubric.level,
        submission=GradedSubmission(name=submission.name, commit=submission.commit),
        score=GradedScore(
            automatic=automatic,
            automatic_max=card.maximum(ScoredBy.TESTS),
            reviewer=card.points(ScoredBy.REVIEWER),
            reviewer_max=card.maximum(ScoredBy.REVIEWER),
            total=card.total,
            max=card.rubric.maximum,
        ),
        grader=card.run.grader,
        passing=card.rubric.passing,
        verdict=card.verdict,
        criteria=[
            GradedCriterion(
                id=criterion.id,
                title=criterion.title,
                points=criterion.points,
                max=criterion.max,
                scored_by=criterion.scored_by,
                tests=[
                    GradedTest(
                        id=test.id, outcome=test.outcome, points=test.points, max=test.max, mistakes=test.mistakes
                    )
                    for test in criterion.tests
                ],
            )
            for criterion in card.criteria
        ],
        bonus=[
            GradedBonus(id=criterion.id, title=criterion.title, points=criterion.points, max=criterion.max)
            for criterion in card.bonus
        ],
        mistakes=[
            GradedMistake(
                id=found.mistake.id,
                severity=found.mistake.severity,
                criterion=found.criterion,
                title=found.mistake.title,
            )
            for found in card.mistakes
        ],
        flags=card.flags,
        seconds=card.run.seconds,
    )


def for_candidate(grade: Grade) -> Grade:
    """Return a grade as its candidate may have it: no hidden test, and no flag, for these are the reviewer's."""
    criteria = [msgspec.structs.replace(criterion, tests=[]) for criterion in grade.criteria]
    return msgspec.structs.replace(grade, criteria=criteria, flags=[])


def encode_grade(grade: Grade) -> str:
    """Return the text of a grade.json.

    All of it is ASCII: in a terminal, nothing of the candidate's hides or reorders text.
    """
    return json.dumps(msgspec.to_builtins(grade), indent=2)


def grade_schema() -> str:
    """Return the JSON Schema of grade.json, as docs/grade.schema.json holds it."""
    return json.dumps(msgspec.json.schema(Grade), indent=2) + "\n"


def read_grade(path: Path) -> Grade:
    """Return what stands in a grade.json; raise UsageError if it is none, or not a whole one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Grade)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {reason(error)}; give the grade.json that 'grade' wrote") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not a whole grade.json: {error}; grade again") from None
