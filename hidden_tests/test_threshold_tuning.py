"""Follow-up F1: `best_threshold(targets, probabilities)` is the threshold with the highest F1."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from grading.run.candidate import CandidateProxy
from grading.run.explain import OnFailure
from hidden_tests.diagnosis.threshold_tuning import threshold_mistakes
from hidden_tests.observations.threshold_tuning import ChosenThreshold, Thresholds
from hidden_tests.oracle import Floats
from hidden_tests.rng import rng_for
from hidden_tests.wire import to_float32, to_wire

pytestmark = pytest.mark.criterion("threshold-tuning")

FILE = "assignment/followups.py"

Case = tuple[Floats, Floats]  # targets and probabilities


def _choose(candidate: CandidateProxy, cases: Sequence[Case]) -> list[ChosenThreshold]:
    """Call `best_threshold` for each case."""
    inputs: list[Any] = [{"targets": to_wire(targets), "probabilities": to_wire(p)} for targets, p in cases]
    observed = candidate.call("threshold_tuning", {"cases": inputs}, Thresholds, {"thresholds": len(cases)}, file=FILE)
    return [
        ChosenThreshold(targets=targets, probabilities=probabilities, returned=returned)
        for (targets, probabilities), returned in zip(cases, observed.thresholds, strict=True)
    ]


def _case(targets: Sequence[float], probabilities: Sequence[float]) -> Case:
    return np.array(targets, dtype=np.float64), to_float32(np.array(probabilities))


def test_threshold_reaches_the_highest_f1(candidate: CandidateProxy, seed: int, on_failure: OnFailure) -> None:
    """No other threshold has a higher F1, wherever the probabilities lie."""
    random = rng_for(seed, "threshold")
    cases = []
    for scale, shift in ((1.0, 0.0), (0.005, 0.0), (0.002, 0.998), (0.4, 0.05)):
        for _ in range(4):
            targets = np.concatenate([[1.0], (random.uniform(size=59) < 0.3).astype(np.float64)])
            probabilities = random.permutation(np.linspace(0.01, 0.7, 60)) + 0.2 * targets
            cases.append((targets, to_float32(shift + scale * probabilities)))
    cases += [
        _case([1, 1, 1, 0], [0.2, 0.3, 0.5, 0.9]),  # best: all rows are positive
        _case([0, 1, 1, 0, 0, 0], [0.95, 0.8, 0.7, 0.3, 0.2, 0.1]),  # the highest probability is a negative's
        _case([1, 0, 0, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.1]),  # two good thresholds, far apart
        _case([0, 0, 0, 1, 1], [0.01, 0.02, 0.03, 0.2, 0.3]),  # the best is far below one half
    ]
    chosen = _choose(candidate, cases)

    on_failure(threshold_mistakes, "not-the-best-threshold", chosen)
    for case in chosen:
        assert case.is_best, case.message


def test_threshold_takes_equal_probabilities_together(
    candidate: CandidateProxy, seed: int, on_failure: OnFailure
) -> None:
    """Where many probabilities are equal, no F1 counts that would need to split them."""
    random = rng_for(seed, "ties")
    cases = [
        (np.array([1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]), to_float32(np.array([6, 6, 6, 6, 4, 3, 2, 1]) / 10.0))
    ]
    for _ in range(6):
        targets = np.concatenate([[1.0], (random.uniform(size=79) < 0.3).astype(np.float64)])
        cases.append((targets, to_float32(np.round(4 * random.uniform(size=80) + 3 * targets) / 8.0)))
    chosen = _choose(candidate, cases)

    on_failure(threshold_mistakes, "splits-ties", chosen)
    for case in chosen:
        assert case.is_best, case.message


def test_threshold_of_a_single_class_is_a_number(candidate: CandidateProxy, on_failure: OnFailure) -> None:
    """With positives alone the threshold is the best, and without positives it is some number."""
    # A constant would do for the single class, but not for these.
    two_classes = [_case([1, 0], [high, low]) for high, low in ((0.9, 0.6), (0.55, 0.1), (0.05, 0.02))]
    positives, negatives = (_case([label] * 3, [0.2, 0.5, 0.7]) for label in (1.0, 0.0))
    *with_positives, without_positives = _choose(candidate, [*two_classes, positives, negatives])

    on_failure(threshold_mistakes, "fails-on-one-class", with_positives)
    for case in with_positives:
        assert case.is_best, case.message
    assert not np.isnan(without_positives.returned.number), "without positives the threshold is not a number"
