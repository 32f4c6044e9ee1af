"""The inputs of the tests of `make_loss`: sets of labels, and the batches that each loss is measured on."""

import numpy as np

from hidden_tests.batches import Inputs, extreme_batches, moderate_batch
from hidden_tests.diagnosis.weighted_loss_formulas import MARGIN, margin
from hidden_tests.oracle import Floats
from hidden_tests.rng import draw_until

# Positives and negatives of each moderate batch.
_MODERATE = ((2, 4), (5, 4), (3, 10))


def labels_and_batches(random: np.random.Generator) -> list[tuple[Floats, list[Inputs]]]:
    """Return three sets of labels, each with its batches: the moderate ones, then the extreme ones."""
    cases = []
    for positives, negatives in label_counts(random):
        labels = random.permutation(np.repeat([1.0, 0.0], [positives, negatives]))
        cases.append((labels, [*(moderate_batch(random, of_each) for of_each in _MODERATE), *extreme_batches()]))
    return cases


def label_counts(random: np.random.Generator) -> list[tuple[int, int]]:
    """Draw positives and negatives of each set of labels until no two known formulas give the same weights."""

    def draw() -> list[tuple[int, int]]:
        second = (int(random.integers(9, 15)), int(random.integers(25, 34)))
        third = (int(random.integers(19, 24)), int(random.integers(5, 12)))
        return [(10, 40), second, third]

    return draw_until(
        lambda counts: margin(counts) > MARGIN,
        draw,
        wanted="labels with which all formulas for weights differ",
    )
