"""Tests that correct solutions get every point, whatever their style."""

from pathlib import Path

import pytest

from grading.content.load import Assignment
from grading.content.records import ScoredBy
from tests.cases import CORRECT, STYLES, correct_case, name_of
from tests.compose import compose
from tests.conftest import REFERENCE, Grade


@pytest.mark.parametrize("path", [REFERENCE, *STYLES], ids=lambda path: path.stem)
def test_a_correct_solution_gets_every_point(path: Path, grade: Grade):
    """A whole module in any style gets every point and no mistake."""
    card = grade(path.read_bytes())

    assert [(found.mistake.id, found.detail) for found in card.mistakes] == []
    assert card.points(ScoredBy.TESTS) == card.maximum(ScoredBy.TESTS)


@pytest.mark.parametrize("path", CORRECT, ids=name_of)
def test_a_correct_solution_of_one_criterion_gets_all_of_its_points(
    path: Path, grade_case: Grade, assignment: Assignment
):
    """A correct solution of one criterion gets all of its points, and no mistake is named."""
    card = grade_case(correct_case(path, assignment), path.parent.parent.name.replace("_", "-"))

    assert [(found.mistake.id, found.detail) for found in (*card.mistakes, *card.bonus_mistakes)] == []
    assert {c.id: c.points for c in (*card.criteria, *card.bonus) if c.tests} == {
        c.id: c.max for c in (*card.criteria, *card.bonus) if c.tests
    }


@pytest.mark.parametrize("level", ["senior", "researcher"])
def test_the_reference_earns_everything(level: str, grade: Grade):
    """The reference gets every point at each level, including the repaired pipeline and the follow-ups."""
    optional_files = {f"assignment/{name}.py": compose("", f"{name}.py") for name in ("pipeline", "followups")}
    card = grade(compose(""), level=level, optional_files=optional_files)

    assert not card.mistakes
    assert card.points(ScoredBy.TESTS) == card.maximum(ScoredBy.TESTS)
    assert all(criterion.points == criterion.max for criterion in card.bonus)


@pytest.mark.parametrize("seed", range(8))
def test_points_do_not_depend_on_the_seed(seed: int, grade: Grade):
    """The points of the reference are the same for other seeds, and so for other inputs."""
    assert grade(REFERENCE.read_bytes(), seed=seed).points(ScoredBy.TESTS) == 85
