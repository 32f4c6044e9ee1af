"""grade.json: the score for programs."""

import json
from collections.abc import Sequence

import msgspec

from grading.content.records import Question, ScoredBy
from grading.scoring.records import Scorecard


def to_json(card: Scorecard, questions: Sequence[Question]) -> str:  # noqa: ARG001 - a renderer's signature
    """Return the scorecard as schema 1 of grade.json."""
    return json.dumps(
        {
            "schema": 1,
            "level": card.rubric.level,
            "submission": {"name": card.run.submission.name, "commit": card.run.submission.commit},
            "score": {
                "automatic": card.points(ScoredBy.TESTS),
                "automatic_max": card.maximum(ScoredBy.TESTS),
                "reviewer": card.points(ScoredBy.REVIEWER),
                "reviewer_max": card.maximum(ScoredBy.REVIEWER),
                "total": card.total,
                "max": card.rubric.maximum,
            },
            "grader": {"version": card.run.grader.version, "digest": card.run.grader.digest},
            "passing": card.rubric.passing,
            "verdict": card.verdict.value,
            "criteria": [
                {
                    "id": criterion.id,
                    "title": criterion.title,
                    "points": criterion.points,
                    "max": criterion.max,
                    "scored_by": criterion.scored_by.value,
                    "tests": [
                        {
                            "id": test.id,
                            "outcome": test.outcome.value,
                            "points": test.points,
                            "max": test.max,
                            "mistakes": test.mistakes,
                        }
                        for test in criterion.tests
                    ],
                }
                for criterion in card.criteria
            ],
            "bonus": [
                {"id": criterion.id, "title": criterion.title, "points": criterion.points, "max": criterion.max}
                for criterion in card.bonus
            ],
            "mistakes": [
                {
                    "id": found.mistake.id,
                    "severity": found.mistake.severity.value,
                    "criterion": found.criterion,
                    "title": found.mistake.title,
                }
                for found in card.mistakes
            ],
            "flags": [
                {"id": flag.id, "severity": flag.severity, "detail": flag.detail, "line": flag.line}
                for flag in card.flags
            ],
            "seconds": card.run.seconds,
        },
        indent=2,
    )


def to_candidates_json(card: Scorecard, questions: Sequence[Question]) -> str:
    """Return grade.json as its candidate may have it: no hidden test, and none of the flags, which are a reviewer's."""
    criteria = [msgspec.structs.replace(criterion, tests=[]) for criterion in card.criteria]
    return to_json(msgspec.structs.replace(card, criteria=criteria, flags=[]), questions)
