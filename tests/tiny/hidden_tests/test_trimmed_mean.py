"""Hidden tests of TODO 1, `trimmed_mean(values, share)`."""

import random
import statistics
from typing import Annotated

import pytest

from grading.run.observations import Observation, Sized

pytestmark = pytest.mark.criterion("trimmed-mean")


class Means(Observation, frozen=True, kw_only=True):
    """The observation of the probe: a mean for each case."""

    means: Annotated[list[float], Sized()]


@pytest.fixture(scope="module")
def cases(seed):
    """Return lists of eight random values, with an outlier on either side."""
    chance = random.Random(seed)
    return [[*(chance.uniform(-1.0, 1.0) for _ in range(8)), 1e3, -5e3] for _ in range(5)]


def test_outliers_are_left_out(candidate, cases, on_failure):
    """A share of 0.1 removes one of ten values at each end, in any order of the list."""
    means = candidate.call(
        "trimmed", {"cases": [[values, 0.1] for values in cases]}, Means, {"means": len(cases)}
    ).means

    on_failure(lambda: ["cuts-one-end"] if all(abs(mean) > 10 for mean in means) else ["unsorted"])
    assert means == pytest.approx([statistics.fmean(values[:8]) for values in cases])


def test_without_trimming_it_is_the_mean(candidate, cases, on_failure):
    """A share of 0 gives the mean of all values."""
    means = candidate.call(
        "trimmed", {"cases": [[values, 0.0] for values in cases]}, Means, {"means": len(cases)}
    ).means

    on_failure(lambda: ["unsorted"])
    assert means == pytest.approx([statistics.fmean(values) for values in cases])
