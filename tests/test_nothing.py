"""A submission that does nothing, however plausible it looks, earns nothing."""

from pathlib import Path

import pytest

from grading.content.load import Assignment
from grading.run.records import Outcome
from tests.cases import SUBMISSIONS, case_of
from tests.conftest import Grade

NOTHING = sorted((SUBMISSIONS / "nothing").glob("*/*.py"))


@pytest.mark.parametrize("path", NOTHING, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_doing_nothing_earns_nothing(path: Path, grade: Grade, assignment: Assignment):
    """Every hidden test of the criterion fails for results of the right type that nothing was computed for."""
    case = case_of(path, assignment)
    optional_files = {name: content.decode() for name, content in case.files.items()}

    card = grade("", optional_files=optional_files, level=case.level, only=path.parent.name)

    (criterion,) = [criterion for criterion in (*card.criteria, *card.bonus) if criterion.tests]
    assert [test.id for test in criterion.tests if test.outcome is Outcome.PASSED] == []
    assert criterion.points == 0


def test_every_criterion_has_a_submission_that_does_nothing(assignment: Assignment):
    """No criterion that hidden tests score is left out, at whatever level."""
    rubrics = [assignment.rubric(level) for level in assignment.levels]
    scored = {criterion.id for rubric in rubrics for criterion in (*rubric.criterion, *rubric.bonus) if criterion.tests}

    assert {path.parent.name for path in NOTHING} == scored
