"""Correct solutions get every point, in whatever style they are written."""

from pathlib import Path

import pytest

from grading.content.records import ScoredBy
from tests.conftest import REFERENCE, ROOT, Grade

STYLES = [REFERENCE, *sorted((ROOT / "tests" / "submissions" / "correct").glob("*.py"))]


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.stem)
def test_a_correct_solution_gets_every_point(path: Path, grade: Grade):
    """Whatever its style, it loses nothing and is told of no mistake."""
    card = grade(path.read_bytes())

    assert [(found.mistake.id, found.detail) for found in card.mistakes] == []
    assert card.points(ScoredBy.TESTS) == card.maximum(ScoredBy.TESTS)


@pytest.mark.parametrize("seed", range(8))
def test_points_do_not_depend_on_luck(seed: int, grade: Grade):
    """Other inputs, same score."""
    assert grade(REFERENCE.read_bytes(), seed=seed).points(ScoredBy.TESTS) == 85
