"""Fixtures of the attack tests; one checks that an attack does not change the grade of the next submission."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from grading.content.load import Assignment
from grading.content.records import ScoredBy
from grading.run.grading_run import GradingRun
from grading.run.hidden_tests import run_hidden_tests
from grading.sandbox.calls import Sandbox
from grading.scoring import score as scoring
from grading.scoring.records import Scorecard
from grading.scoring.report import read_report
from grading.submission.read import read_submission
from tests.compose import compose
from tests.conftest import REFERENCE, Grade

HONEST = REFERENCE.read_text(encoding="utf-8")
FULL = {"weighted-loss": 30.0, "training-loop": 30.0, "evaluation": 25.0}
NOTHING = dict.fromkeys(FULL, 0.0)


def points(card: Scorecard) -> dict[str, float]:
    """Return the points of each criterion that tests score."""
    return {c.id: c.points or 0.0 for c in card.criteria if c.scored_by is ScoredBy.TESTS}


def named(card: Scorecard) -> list[tuple[str, str]]:
    """Return the mistakes of a scorecard as pairs of criterion id and mistake id."""
    return [(found.criterion, found.mistake.id) for found in card.mistakes]


def in_evaluate(body: str, before: str = "") -> str:
    """Return a correct solution except for `evaluate`, which gets this body, one statement a line."""
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    return compose(f"{before}\nimport torch\ndef evaluate(model, loader, threshold=0.5):\n{indented}\n")


@pytest.fixture(autouse=True, scope="module")
def _later_submissions_are_unaffected(grade: Grade, honest_card: Scorecard) -> Iterator[None]:
    """Check that an honest submission still gets the same scorecard in the same worker after the attacks.

    An attack that leaves something behind would also change the honest part of the submissions after it.
    """
    yield
    mine = os.environ["PYTEST_CURRENT_TEST"]
    after = grade(HONEST)
    os.environ["PYTEST_CURRENT_TEST"] = mine  # pytest.main, which grades, has removed it
    assert _without_time(after) == _without_time(honest_card)


@pytest.fixture(scope="session")
def honest_card(grade: Grade) -> Scorecard:
    """Return the scorecard of the reference, graded before any attack."""
    card = grade(HONEST)
    assert points(card) == FULL
    return card


def _without_time(card: Scorecard) -> Scorecard:
    run = msgspec.structs.replace(card.run, seconds=0.0)
    return msgspec.structs.replace(card, run=run)


@pytest.fixture
def grade_folder(assignment: Assignment, sandbox: Sandbox, tmp_path: Path) -> Callable[[Path], Scorecard]:
    """Return a function that grades a checkout."""

    def grade(folder: Path) -> Scorecard:
        report = tmp_path / "report.json"
        rubric, submission = assignment.rubric("mid"), read_submission(folder, assignment)
        run = GradingRun(submission=submission, assignment=assignment, rubric=rubric, seed=0)
        run_hidden_tests(run, sandbox=sandbox, report=report)
        return scoring.score(read_report(report), rubric, assignment.mistake)

    return grade
