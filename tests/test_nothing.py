"""A submission that does nothing, however plausible it looks, earns nothing."""

from pathlib import Path

import pytest

from grading.content.load import Assignment
from grading.run.records import Outcome
from tests.cases import NOTHING, case_of, name_of
from tests.conftest import Grade


@pytest.mark.parametrize("path", NOTHING, ids=name_of)
def test_doing_nothing_earns_nothing(path: Path, grade_case: Grade, assignment: Assignment):
    """Every hidden test of the criterion fails for results of the right type that nothing was computed for."""
    own = path.parent.name.replace("_", "-")

    card = grade_case(case_of(path, own, assignment), own, alone=True)

    (criterion,) = [criterion for criterion in (*card.criteria, *card.bonus) if criterion.tests]
    assert [test.id for test in criterion.tests if test.outcome is Outcome.PASSED] == []
    assert criterion.points == 0


def test_every_criterion_has_a_submission_that_does_nothing(assignment: Assignment):
    """No criterion that hidden tests score is left out, at whatever level."""
    rubrics = [assignment.rubric(level) for level in assignment.levels]
    scored = {criterion.id for rubric in rubrics for criterion in (*rubric.criterion, *rubric.bonus) if criterion.tests}

    assert {path.parent.name for path in NOTHING} == {criterion.replace("-", "_") for criterion in scored}
