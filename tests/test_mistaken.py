"""Tests that every mistaken submission gets the mistakes of its header, and loses points nowhere else."""

from pathlib import Path

import pytest

from grading.content.load import Assignment
from grading.content.records import ANY, Severity
from grading.scoring.score import MAX_MINOR_LOSS, MIN_LOSS
from tests.cases import EXAMPLES, MISTAKEN, mistaken_case, name_of
from tests.conftest import Grade
from tests.headers import read_header

_WORST_FIRST = list(Severity)


@pytest.mark.parametrize("path", [*EXAMPLES, *MISTAKEN], ids=name_of)
def test_a_mistake_is_named_and_fails_only_its_criterion(path: Path, grade_case: Grade, assignment: Assignment):
    """The expected mistakes are named and no others, and only their criteria lose points, as their severities allow."""
    header = read_header(path.read_bytes())
    card = grade_case(mistaken_case(path, assignment), min(header.criteria))

    found = {(f.criterion, f.mistake.id): f.mistake for f in (*card.mistakes, *card.bonus_mistakes)}
    unexpected = dict(found)
    for expected in header.expected:
        right = [name for name in expected.names if (expected.criterion, name.mistake) in found]
        assert right, f"{expected} is not among {sorted(found)}"
        for name in right:
            title = unexpected.pop((expected.criterion, name.mistake)).title
            if name.variant is not None:
                described = assignment.mistake(expected.criterion, name.mistake).variant[name.variant].title
                # A detail, such as the name of a package, may follow after a colon.
                assert title == described or title.startswith(f"{described}: ")
    assert not unexpected
    bounded = {criterion.id for criterion in card.rubric.criterion if criterion.bounded}
    for scored in (*card.criteria, *card.bonus):
        if scored.points is None or not scored.tests:
            continue
        lost = scored.max - scored.points
        severities = [mistake.severity for (home, _), mistake in found.items() if home in (scored.id, ANY)]
        assert (lost > 0) == bool(severities), f"{scored.id} loses {lost:g}"
        assert sum(test.points for test in scored.tests) == pytest.approx(scored.points, abs=0.03)
        assert scored.points == header.points.get(scored.id, scored.points)
        if severities and scored.id in bounded:
            worst = min(severities, key=_WORST_FIRST.index)
            assert lost >= MIN_LOSS[worst] * scored.max
            assert worst is not Severity.MINOR or lost <= MAX_MINOR_LOSS * scored.max


@pytest.mark.parametrize("path", MISTAKEN, ids=name_of)
def test_a_submission_is_in_the_folder_of_its_criterion(path: Path, assignment: Assignment):
    """A submission is in the folder of its criterion, or in `several`, and its mistakes are in the catalogue."""
    header = read_header(path.read_bytes())

    (criterion,) = header.criteria if len(header.criteria) == 1 else {"several"}
    assert path.parent.parent.name == criterion.replace("-", "_")
    for expected in header.expected:
        for name in expected.names:
            assert {name.variant} <= {None, *assignment.mistake(expected.criterion, name.mistake).variant}
