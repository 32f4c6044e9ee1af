"""Renders grade.json: the whole grade, and the part that the candidate may read."""

from collections.abc import Sequence

from grading.content.records import Question
from grading.scoring.grade import encode_grade, for_candidate, make_grade
from grading.scoring.records import Scorecard


def to_json(card: Scorecard, questions: Sequence[Question]) -> str:  # noqa: ARG001 - a renderer's signature
    """Return the scorecard as schema 1 of grade.json."""
    return encode_grade(make_grade(card))


def to_candidates_json(card: Scorecard, questions: Sequence[Question]) -> str:  # noqa: ARG001 - a renderer's signature
    """Return the part of grade.json that the candidate may read."""
    return encode_grade(for_candidate(make_grade(card)))
