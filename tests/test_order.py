"""Hidden tests depend on nothing but their own inputs: their order changes no result."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pytest

from grading.content.load import Assignment
from grading.handout.templates import handout
from grading.run.harness import Harness
from grading.scoring.records import Scorecard
from tests.compose import compose
from tests.conftest import ROOT, Grade

# Several mistakes in each criterion, so that most tests fail and are explained.
MISTAKEN = ("weighted-loss/inverted-pos-weight", "training-loop/missing-zero-grad", "evaluation/missing-sigmoid")
PIPELINE, FOLLOWUPS = "assignment/pipeline.py", "assignment/followups.py"
# A threshold at which all rows are positive: wrong in each of the three tests of its criterion.
LOWEST_THRESHOLD = "def best_threshold(targets, probabilities):\n    return 0.0\n"


def mistaken(name: str) -> str:
    """Return the example of a mistake."""
    return (ROOT / "hidden_tests" / "mistakes" / f"{name}.py").read_text(encoding="utf-8")


def results(card: Scorecard) -> dict[str, Any]:
    """Return what each test found and what each criterion earned, by name."""
    found = {result.id: msgspec.to_builtins(result) for result in card.run.results}
    return found | {criterion.id: criterion.points for criterion in (*card.criteria, *card.bonus)}


def order(card: Scorecard) -> Sequence[str]:
    """Return the tests in the order in which they ran."""
    return [result.id for result in card.run.results]


def shuffle_tests(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Shuffle the tests of the runs that follow."""
    keep_named_tests = Harness.pytest_collection_modifyitems

    def shuffle(harness: Harness, config: pytest.Config, items: list[pytest.Item]) -> None:
        keep_named_tests(harness, config, items)
        np.random.default_rng(seed).shuffle(items)

    monkeypatch.setattr(Harness, "pytest_collection_modifyitems", shuffle)


@pytest.mark.parametrize("seed", range(3))
def test_hidden_tests_give_the_same_results_in_any_order(seed: int, grade: Grade, monkeypatch: pytest.MonkeyPatch):
    """A shuffled run finds the same mistakes, in the same tests, and gives the same points."""
    source = compose("\n".join(mistaken(name) for name in MISTAKEN))

    as_written = grade(source, level="senior")
    shuffle_tests(monkeypatch, seed)
    shuffled = grade(source, level="senior")

    assert order(shuffled) != order(as_written)
    assert results(shuffled) == results(as_written)


def inverted_weight(_: Assignment) -> str:
    """Return the pipeline with one defect, with which a model is good enough by luck with some seeds."""
    return compose(mistaken("broken-pipeline/inverted-weight"), "pipeline.py")


def every_defect(assignment: Assignment) -> str:
    """Return the pipeline as a candidate gets it, with a change: an unchanged file is not graded."""
    return handout(assignment, "researcher", "room")[PIPELINE] + "\n# changed\n"


@pytest.mark.parametrize("pipeline", [inverted_weight, every_defect])
def test_no_mistake_is_reported_with_its_cause_in_any_order(
    pipeline: Any, grade: Grade, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
):
    """Three shuffled runs at level researcher find the same mistakes, none of them a consequence of another one.

    The test of the whole pipeline earns nothing in any of them: it knows itself which defects spoil a training.
    """
    files = {PIPELINE: pipeline(assignment), FOLLOWUPS: LOWEST_THRESHOLD}

    cards = []
    for seed in range(3):
        with monkeypatch.context() as patched:
            shuffle_tests(patched, seed)
            cards.append(grade(compose(""), level="researcher", optional_files=files, beside="broken-pipeline"))

    assert len({tuple(order(card)) for card in cards}) == 3
    assert results(cards[1]) == results(cards[0])
    assert results(cards[2]) == results(cards[0])
    found = {found.mistake.id for found in cards[0].mistakes}
    defects = {id_ for criterion, id_ in assignment.mistakes if criterion == "broken-pipeline"}
    assert found == ({"inverted-weight"} if pipeline is inverted_weight else defects - {"still-poor"})
    assert [found.mistake.id for found in cards[0].bonus_mistakes] == ["not-the-best-threshold"]
    (criterion,) = (criterion for criterion in cards[0].criteria if criterion.id == "broken-pipeline")
    (whole,) = (test for test in criterion.tests if test.id == "the_repaired_pipeline_is_good")
    assert (whole.points, whole.mistakes) == (0, [])
