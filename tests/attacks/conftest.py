"""What every attack is held to: whoever is graded next gets what they would have got."""

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
    """Points of each criterion that tests score."""
    return {c.id: c.points or 0.0 for c in card.criteria if c.scored_by is ScoredBy.TESTS}


def named(card: Scorecard) -> list[tuple[str, str]]:
    """The mistakes, by criterion and id."""
    return [(found.criterion, found.mistake.id) for found in card.mistakes]


def in_evaluate(body: str, before: str = "") -> str:
    """Return a right solution but for `evaluate`, whose body is given, one statement a line."""
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    return compose(f"{before}\nimport torch\ndef evaluate(model, loader, threshold=0.5):\n{indented}\n")


@pytest.fixture(autouse=True, scope="module")
def _the_next_one_is_unharmed(grade: Grade, honest_card: Scorecard) -> Iterator[None]:
    """After the attacks an honest submission is graded in the same worker, to the same scorecard.

    Between them as well, in a way: whatever an attack leaves of itself would show in the next one's honest part.
    """
    yield
    mine = os.environ["PYTEST_CURRENT_TEST"]
    after = grade(HONEST)
    os.environ["PYTEST_CURRENT_TEST"] = mine  # which the pytest that grades has taken away
    assert _without_time(after) == _without_time(honest_card)


@pytest.fixture(scope="session")
def honest_card(grade: Grade) -> Scorecard:
    """What the reference gets before anybody has attacked."""
    card = grade(HONEST)
    assert points(card) == FULL
    return card


def _without_time(card: Scorecard) -> Scorecard:
    run = msgspec.structs.replace(card.run, seconds=0.0)
    return msgspec.structs.replace(card, run=run)


@pytest.fixture
def grade_folder(assignment: Assignment, sandbox: Sandbox, tmp_path: Path) -> Callable[[Path], Scorecard]:
    """Grade a checkout."""

    def grade(folder: Path) -> Scorecard:
        report = tmp_path / "report.json"
        rubric, submission = assignment.rubric("mid"), read_submission(folder, assignment)
        run = GradingRun(submission=submission, assignment=assignment, rubric=rubric, seed=0)
        run_hidden_tests(run, sandbox=sandbox, report=report)
        return scoring.score(read_report(report), rubric, assignment.mistake)

    return grade
