"""Tests that a submission that computes nothing earns no points, even if its results have the right types."""

from pathlib import Path

import pytest

from grading.content.load import Assignment
from grading.run.records import Outcome
from tests.cases import NOTHING, case_of, name_of
from tests.conftest import Grade


@pytest.mark.parametrize("path", NOTHING, ids=name_of)
def test_a_submission_that_computes_nothing_earns_no_points(path: Path, grade_case: Grade, assignment: Assignment):
    """Every hidden test of the criterion fails for results of the right type that were not computed."""
    own = path.parent.name.replace("_", "-")

    card = grade_case(case_of(path, own, assignment), own, alone=True)

    (criterion,) = [criterion for criterion in (*card.criteria, *card.bonus) if criterion.tests]
    assert [test.id for test in criterion.tests if test.outcome is Outcome.PASSED] == []
    assert criterion.points == 0


def test_every_criterion_has_a_submission_that_does_nothing(assignment: Assignment):
    """Each criterion with hidden tests, at any level, has a submission that computes nothing."""
    rubrics = [assignment.rubric(level) for level in assignment.levels]
    scored = {criterion.id for rubric in rubrics for criterion in (*rubric.criterion, *rubric.bonus) if criterion.tests}

    assert {path.parent.name for path in NOTHING} == {criterion.replace("-", "_") for criterion in scored}
