"""A package that is not installed costs the functions that use it, and nothing else."""

import pytest

from grading.content.load import Assignment
from grading.content.records import ScoredBy
from grading.render import to_feedback
from grading.scoring.records import Scorecard
from tests.compose import compose
from tests.conftest import REFERENCE, Grade

SOLUTION = REFERENCE.read_text(encoding="utf-8")
# The name of no package; what a candidate writes is `pandas` or `torchmetrics`.
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
def test_a_package_that_nothing_uses_costs_nothing(statement: str, grade: Grade):
    """However it is imported: as a module, by names, for a decorator, an annotation or a base class."""
    assert lost(grade(f"{statement}\n\n\n{SOLUTION}")) == {}


def test_a_package_that_nothing_uses_is_flagged(grade: Grade):
    """The reviewer sees that the code needs a package that the task does not allow."""
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
def test_a_package_costs_the_function_that_uses_it(use: str, grade: Grade, assignment: Assignment):
    """The other functions keep their points, and the candidate reads which package it is."""
    card = grade(compose(USES[use].format(MISSING)))

    assert lost(card) == {"evaluation": ["import-error"]}
    assert MISSING in to_feedback(card, assignment.questions("mid"))


@pytest.mark.parametrize("statement", ["from torch import no_such_name", f"import {MISSING}\n{MISSING}.setup() + 1"])
def test_what_the_module_itself_needs_costs_everything(statement: str, grade: Grade):
    """A name that an installed package lacks, or a value that is computed with while loading, is no placeholder."""
    card = grade(f"{statement}\n{SOLUTION}")

    assert [found.mistake.id for found in card.mistakes] == ["import-error"]
    assert card.points(ScoredBy.TESTS) == 0


def test_progress_bars_are_allowed(grade: Grade):
    """One training loop in five shows its progress with tqdm."""
    source = SOLUTION.replace("in loader:", "in tqdm(loader, leave=False):")
    assert source != SOLUTION

    card = grade(f"from tqdm import tqdm\n{source}")

    assert lost(card) == {}
    assert "import-outside-allowed" not in [flag.id for flag in card.flags]
