"""Hidden tests depend on nothing but their own inputs: their order changes no result."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pytest

from grading.run.harness import Harness
from grading.scoring.records import Scorecard
from tests.compose import compose
from tests.conftest import ROOT, Grade

# Several mistakes in each criterion, so that most tests fail and are explained.
MISTAKEN = ("weighted-loss/inverted-pos-weight", "training-loop/missing-zero-grad", "evaluation/missing-sigmoid")


def results(card: Scorecard) -> dict[str, Any]:
    """Return what each test found and what each criterion earned, by name."""
    found = {result.id: msgspec.to_builtins(result) for result in card.run.results}
    return found | {criterion.id: criterion.points for criterion in card.criteria}


@pytest.mark.parametrize("seed", range(3))
def test_hidden_tests_give_the_same_results_in_any_order(seed: int, grade: Grade, monkeypatch: pytest.MonkeyPatch):
    """A shuffled run finds the same mistakes, in the same tests, and gives the same points."""
    folder = ROOT / "hidden_tests" / "mistakes"
    source = compose("\n".join((folder / f"{name}.py").read_text(encoding="utf-8") for name in MISTAKEN))
    keep_named_tests = Harness.pytest_collection_modifyitems

    def shuffle(harness: Harness, config: pytest.Config, items: list[pytest.Item]) -> None:
        keep_named_tests(harness, config, items)
        np.random.default_rng(seed).shuffle(items)

    def order(card: Scorecard) -> Sequence[str]:
        return [result.id for result in card.run.results]

    as_written = grade(source, level="senior")
    monkeypatch.setattr(Harness, "pytest_collection_modifyitems", shuffle)
    shuffled = grade(source, level="senior")

    assert order(shuffled) != order(as_written)
    assert results(shuffled) == results(as_written)
