"""Follow-up F2: `oversample(features, labels, seed)` is SMOTE (Chawla et al. 2002, arXiv:1106.1813)."""

import numpy as np
import pytest

from grading.run.candidate import CandidateProxy
from grading.run.explain import OnFailure
from hidden_tests.diagnosis import oversampling as diagnosis
from hidden_tests.observations.oversampling import Oversampled, OversampledRows
from hidden_tests.rng import rng_for
from hidden_tests.wire import to_float32, to_wire

pytestmark = pytest.mark.criterion("oversampling")

FILE = "assignment/followups.py"

# The calls for one data set: two with the same seed, then one with another.
Calls = tuple[OversampledRows, OversampledRows, OversampledRows]


@pytest.fixture(scope="session")
def oversampled(candidate: CandidateProxy, seed: int) -> list[Calls]:
    """Return calls for data sets whose rare class is in two clusters, on a line next to the other, or in a cloud."""
    random = rng_for(seed, "oversample")
    clusters = random.normal(scale=0.3, size=(30, 3))
    clusters[:15] += 10.0
    line = np.zeros((16, 5))
    line[:, 0] = 5.0 * np.arange(16) + random.uniform(size=16)
    parallel = np.tile(line, (4, 1))
    parallel[:, 1] = 1.0 + random.uniform(size=64)
    found = []
    for rare, frequent in (
        (clusters, random.normal(5.0, 4.0, size=(110, 3))),
        (line, parallel),
        (random.normal(size=(40, 2)), random.normal(size=(170, 2))),
    ):
        order = random.permutation(len(rare) + len(frequent))
        features = to_float32(np.concatenate([rare, frequent]))[order]
        labels = np.repeat([1.0, 0.0], [len(rare), len(frequent)])[order]
        inputs = {"features": to_wire(features), "labels": to_wire(labels), "seeds": [7, 7, 8]}
        observed = candidate.call("oversampling", inputs, Oversampled, {"calls": 3}, file=FILE)
        first, again, other = (OversampledRows(features, labels, returned) for returned in observed.calls)
        found.append((first, again, other))
    return found


def test_oversampling_keeps_the_originals(oversampled: list[Calls], on_failure: OnFailure) -> None:
    """Every original is among the returned rows with its label, and there are new rows."""
    firsts = [first for first, *_ in oversampled]

    on_failure(diagnosis.original_mistakes, firsts)
    for first in firsts:
        assert first.has_shapes, first.shapes_message
        assert first.has_new_rows, first.new_rows_message
        assert first.lost == 0, f"{first.lost} of {len(first.labels)} examples are missing"


def test_oversampling_balances_the_classes(oversampled: list[Calls], on_failure: OnFailure) -> None:
    """Both classes have as many rows as the frequent class had, by new rows of the rare class."""
    firsts = [first for first, *_ in oversampled]

    on_failure(diagnosis.balance_mistakes, firsts)
    for first in firsts:
        assert first.has_shapes, first.shapes_message
        assert first.has_new_rows, first.new_rows_message
        assert first.is_balanced, f"there are {first.counts[0]} negatives and {first.counts[1]} positives"


def test_synthetic_rows_lie_between_neighbours_of_the_rare_class(
    oversampled: list[Calls], on_failure: OnFailure
) -> None:
    """Each new row is not a copy, and lies between a row of the rare class and one of its neighbours in that class."""
    firsts = [first for first, *_ in oversampled]

    on_failure(diagnosis.synthesis_mistakes, firsts)
    for first in firsts:
        assert first.has_shapes, first.shapes_message
        assert first.has_new_rows, first.new_rows_message
        assert first.lies_between, f"{(~first.between).sum()} of {len(first.between)} are not between neighbours"
        assert first.is_synthetic, f"{first.copies.sum()} of {len(first.copies)} are copies"


def test_oversampling_follows_its_seed(oversampled: list[Calls], on_failure: OnFailure) -> None:
    """The same seed gives the same rows, and another seed gives other rows."""
    on_failure(diagnosis.seed_mistakes, oversampled)
    for calls in oversampled:
        first, again, other = calls
        for call in calls:
            assert call.has_shapes, call.shapes_message
            assert call.has_new_rows, call.new_rows_message
        assert first.is_the_same_as(again), "two calls with the same seed returned different rows"
        assert not first.has_the_rows_of(other), "two calls with different seeds returned the same rows"
