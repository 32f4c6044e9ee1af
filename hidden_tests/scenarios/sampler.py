"""The inputs of the tests of `make_sampler`."""

import numpy as np

# About how many draws are made from each set of labels: enough to distinguish all shares of interest by six standard
# deviations (tests/test_margins.py).
DRAWS = 6000


def label_counts(random: np.random.Generator) -> list[tuple[int, int]]:
    """Draw how many positives and negatives each set of labels has."""
    return [(int(random.integers(28, 36)), int(random.integers(118, 140))), (90, 30)]
