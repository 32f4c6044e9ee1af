"""Tests that a missing package affects only the functions that use it."""

import pytest

from grading.content.load import Assignment
from grading.content.records import ScoredBy
from grading.render import to_feedback
from grading.scoring.records import Scorecard
from tests.compose import compose
from tests.conftest import REFERENCE, Grade

SOLUTION = REFERENCE.read_text(encoding="utf-8")
# This is not the name of a real package; candidates import `pandas` or `torchmetrics`, for example.
MISSING = "frames_and_more"


def lost(card: Scorecard) -> dict[str, list[str]]:
    """Return the mistakes of each criterion that lost points."""
    return {
        criterion.id: [found.mistake.id for found in card.mistakes if found.criterion == criterion.id]
        for criterion in card.criteria
        if criterion.scored_by is ScoredBy.TESTS and criterion.points != criterion.max
    }


@pytest.mark.parametrize(
    "statement",
    [
        f"import {MISSING}",
        f"import {MISSING}.io as io, {MISSING}",
        f"from {MISSING}.metrics import F1, mean as average",
        f"from {MISSING} import jit\n\n@jit(parallel=True)\ndef helper(x: jit.Array[int] | None) -> None: pass",
        f"import {MISSING} as m\n\nclass Trainer(m.Module, strict=True):\n    size: m.Size = m.DEFAULT",
        "from .helpers_of_mine import smooth",
        f"try:\n    import {MISSING}\nexcept ImportError:\n    {MISSING} = None",
    ],
)
def test_an_unused_missing_package_costs_no_points(statement: str, grade: Grade):
    """An unused missing package costs no points, even if a decorator, annotation or base class needs it."""
    assert lost(grade(f"{statement}\n\n\n{SOLUTION}")) == {}


def test_an_unused_missing_package_is_flagged(grade: Grade):
    """An import of a package that the exercise does not allow is flagged for the reviewer."""
    card = grade(f"import {MISSING}\n{SOLUTION}")

    assert [flag.detail for flag in card.flags if flag.id == "import-outside-allowed"] == [
        f"imports {MISSING}, which the exercise does not allow"
    ]


USES = {
    "a call": "from {0} import f1_score\n\n\ndef evaluate(model, loader, threshold=0.5):\n    return f1_score(model)\n",
    "a name": "import {0} as m\n\n\ndef evaluate(model, loader, threshold=0.5):\n    return m.f1(model)\n",
    "an import in it": "def evaluate(model, loader, threshold=0.5):\n    import {0}\n    return {0}.f1(model)\n",
    "a decorator": "from {0} import jit\n\n\n@jit\ndef evaluate(model, loader, threshold=0.5):\n    return {{}}\n",
    "an instance": (
        "from {0} import Metric\n\n\nclass F1(Metric):\n    pass\n\n\n"
        "def evaluate(model, loader, threshold=0.5):\n    return F1()\n"
    ),
    "a loop": "from {0} import ALL\n\n\ndef evaluate(model, loader, threshold=0.5):\n    return dict(ALL)\n",
}


@pytest.mark.parametrize("use", USES)
def test_a_missing_package_fails_the_function_that_uses_it(use: str, grade: Grade, assignment: Assignment):
    """A function that uses a missing package fails, the others keep their points, and the feedback names it."""
    card = grade(compose(USES[use].format(MISSING)))

    assert lost(card) == {"evaluation": ["import-error"]}
    assert MISSING in to_feedback(card, assignment.questions("mid"))


@pytest.mark.parametrize("statement", ["from torch import no_such_name", f"import {MISSING}\n{MISSING}.setup() + 1"])
def test_an_import_error_of_the_module_fails_all_criteria(statement: str, grade: Grade):
    """A missing name in an installed package, or a computation with a missing package at import, fails the module."""
    card = grade(f"{statement}\n{SOLUTION}")

    assert [found.mistake.id for found in card.mistakes] == ["import-error"]
    assert card.points(ScoredBy.TESTS) == 0


def test_progress_bars_are_allowed(grade: Grade):
    """tqdm, which many training loops use to show progress, is allowed and causes no flag."""
    source = SOLUTION.replace("in loader:", "in tqdm(loader, leave=False):")
    assert source != SOLUTION

    card = grade(f"from tqdm import tqdm\n{source}")

    assert lost(card) == {}
    assert "import-outside-allowed" not in [flag.id for flag in card.flags]
