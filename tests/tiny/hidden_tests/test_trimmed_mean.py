"""TODO 1: `trimmed_mean(values, share)`."""

import random
import statistics

import pytest

pytestmark = pytest.mark.criterion("trimmed-mean")


@pytest.fixture(scope="module")
def cases(seed):
    """Ten values in random order, with an outlier on either side."""
    chance = random.Random(seed)
    return [[*(chance.uniform(-1.0, 1.0) for _ in range(8)), 1e3, -5e3] for _ in range(5)]


def test_outliers_are_left_out(candidate, cases, blame):
    """A tenth off either end, wherever they stand in the list."""
    means = candidate.call("trimmed", {"cases": [[values, 0.1] for values in cases]})["means"]

    blame(lambda: ["cuts-one-end"] if all(abs(mean) > 10 for mean in means) else ["unsorted"])
    assert means == pytest.approx([statistics.fmean(values[:8]) for values in cases])


def test_without_trimming_it_is_the_mean(candidate, cases, blame):
    """A share of 0 leaves everything in."""
    means = candidate.call("trimmed", {"cases": [[values, 0.0] for values in cases]})["means"]

    blame(lambda: ["unsorted"])
    assert means == pytest.approx([statistics.fmean(values) for values in cases])
