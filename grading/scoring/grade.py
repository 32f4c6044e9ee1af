"""grade.json, the machine-readable score. `Grade` defines its schema, which docs/grade.schema.json publishes."""

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
    """The submission that was graded."""

    name: str
    commit: str | None


class GradedScore(Record, frozen=True, kw_only=True):
    """The sums of the points; a sum is null while any of its points are open."""

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
    """One criterion of the rubric; its points are null until the reviewer has given them."""

    id: str
    title: str
    points: float | None
    max: float
    scored_by: ScoredBy
    tests: list[GradedTest]


class GradedBonus(Record, frozen=True, kw_only=True):
    """One follow-up; its points are not part of the score."""

    id: str
    title: str
    points: float | None
    max: float


class GradedMistake(Record, frozen=True, kw_only=True):
    """One mistake that was found, with the criterion that loses points; `any` if all criteria lose points."""

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
    """Return a scorecard as a grade."""
    submission, automatic = card.run.submission, card.points(ScoredBy.TESTS)
    assert automatic is not None, "criteria scored by tests always have points"
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
    """Return a grade that the candidate may read: without hidden tests and without the reviewer's flags."""
    criteria = [msgspec.structs.replace(criterion, tests=[]) for criterion in grade.criteria]
    return msgspec.structs.replace(grade, criteria=criteria, flags=[])


def encode_grade(grade: Grade) -> str:
    """Return the text of a grade.json.

    It is ASCII only, so that untrusted text cannot hide or reorder text in a terminal.
    """
    return json.dumps(msgspec.to_builtins(grade), indent=2)


def grade_schema() -> str:
    """Return the JSON Schema of grade.json, the content of docs/grade.schema.json."""
    return json.dumps(msgspec.json.schema(Grade), indent=2) + "\n"


def read_grade(path: Path) -> Grade:
    """Return the grade in a grade.json; raise UsageError if the file is not a complete grade."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Grade)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {reason(error)}; use a grade.json that 'grade' wrote") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not a complete grade.json: {error}; grade again") from None
