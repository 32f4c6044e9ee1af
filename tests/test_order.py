"""Tests that hidden tests are independent: their order does not change any result."""

from collections.abc import Callable, Sequence
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

# Each criterion has a mistake, so that most tests fail and are explained.
MISTAKEN = ("weighted-loss/inverted-pos-weight", "training-loop/missing-zero-grad", "evaluation/missing-sigmoid")
PIPELINE, FOLLOWUPS = "assignment/pipeline.py", "assignment/followups.py"
# All rows are positive at this threshold, which is wrong in each of the three tests of the criterion.
LOWEST_THRESHOLD = "def best_threshold(targets, probabilities):\n    return 0.0\n"
# With these seeds, even three tests run in three different orders.
SHUFFLES = (3, 5, 7)


def mistaken(name: str) -> str:
    """Return the example of a mistake."""
    return (ROOT / "hidden_tests" / "mistakes" / f"{name}.py").read_text(encoding="utf-8")


def results(card: Scorecard) -> dict[str, Any]:
    """Return the result of each test and the points of each criterion, by name."""
    found = {result.id: msgspec.to_builtins(result) for result in card.run.results}
    return found | {criterion.id: criterion.points for criterion in (*card.criteria, *card.bonus)}


def order(card: Scorecard) -> Sequence[str]:
    """Return the names of the tests in the order in which they ran."""
    return [result.id for result in card.run.results]


def shuffle_tests(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Shuffle the hidden tests of the following runs."""
    keep_named_tests = Harness.pytest_collection_modifyitems

    def shuffle(harness: Harness, config: pytest.Config, items: list[pytest.Item]) -> None:
        keep_named_tests(harness, config, items)
        np.random.default_rng(seed).shuffle(items)

    monkeypatch.setattr(Harness, "pytest_collection_modifyitems", shuffle)


@pytest.mark.parametrize("seed", range(3))
def test_hidden_tests_give_the_same_results_in_any_order(seed: int, grade: Grade, monkeypatch: pytest.MonkeyPatch):
    """A shuffled run has the same mistakes, results and points as a run in the original order."""
    source = compose("\n".join(mistaken(name) for name in MISTAKEN))

    as_written = grade(source, level="senior")
    shuffle_tests(monkeypatch, seed)
    shuffled = grade(source, level="senior")

    assert order(shuffled) != order(as_written)
    assert results(shuffled) == results(as_written)


def in_three_orders(monkeypatch: pytest.MonkeyPatch, grade: Callable[[], Scorecard]) -> Scorecard:
    """Grade in three shuffled orders, check that the results are equal, and return the scorecard."""
    cards = []
    for seed in SHUFFLES:
        with monkeypatch.context() as patched:
            shuffle_tests(patched, seed)
            cards.append(grade())

    assert len({tuple(order(card)) for card in cards}) == len(SHUFFLES)
    assert results(cards[1]) == results(cards[0])
    assert results(cards[2]) == results(cards[0])
    return cards[0]


def inverted_weight(_: Assignment) -> str:
    """Return the pipeline with one defect, with which the F1 is high enough for some seeds."""
    return compose(mistaken("broken-pipeline/inverted-weight"), "pipeline.py")


def every_defect(assignment: Assignment) -> str:
    """Return the pipeline of the handout with a comment added, because an unchanged file is not graded."""
    return handout(assignment, "researcher", "room")[PIPELINE] + "\n# changed\n"


@pytest.mark.parametrize("pipeline", [inverted_weight, every_defect])
def test_a_poor_pipeline_is_reported_by_its_causes_in_any_order(
    pipeline: Callable[[Assignment], str], grade: Grade, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
):
    """`still-poor` is not reported next to its cause, and a defective training earns no points for a high F1."""
    files = {PIPELINE: pipeline(assignment)}

    card = in_three_orders(
        monkeypatch, lambda: grade(compose(""), level="researcher", optional_files=files, beside="broken-pipeline")
    )

    defects = {id_ for criterion, id_ in assignment.mistakes if criterion == "broken-pipeline"} - {"still-poor"}
    expected = {"inverted-weight"} if pipeline is inverted_weight else defects
    assert {found.mistake.id for found in card.mistakes} == expected
    (criterion,) = (criterion for criterion in card.criteria if criterion.id == "broken-pipeline")
    (whole,) = (test for test in criterion.tests if test.id == "the_repaired_pipeline_is_good")
    assert (whole.points, whole.mistakes) == (0, [])


def test_a_wrong_threshold_is_one_mistake_in_any_order(grade: Grade, monkeypatch: pytest.MonkeyPatch):
    """A threshold that is wrong in plain cases is not reported again for ties and single classes."""
    files = {FOLLOWUPS: LOWEST_THRESHOLD}

    card = in_three_orders(
        monkeypatch,
        lambda: grade(compose(""), level="researcher", optional_files=files, only="threshold-tuning"),
    )

    assert [found.mistake.id for found in card.bonus_mistakes] == ["not-the-best-threshold"]
    assert [test.points for test in card.bonus[0].tests] == [0, 0, 0]
