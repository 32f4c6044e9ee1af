"""Wrong weights that candidates use, by their names in the catalogue."""

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from hidden_tests.oracle import Floats

# Computes a weight from the numbers of positives and of negatives among the training labels.
Formula = Callable[[float, float], float]

# What else a positive may weigh, negatives weighing 1; the names are variants of `wrong-pos-weight`.
POSITIVE_WEIGHTS: Mapping[str, Formula] = {
    "n-over-n-pos": lambda pos, neg: (pos + neg) / pos,
    "n-over-n-neg": lambda pos, neg: (pos + neg) / neg,
    "n-pos-over-n": lambda pos, neg: pos / (pos + neg),
    "n-neg-over-n": lambda pos, neg: neg / (pos + neg),
    "balanced": lambda pos, neg: (pos + neg) / (2 * pos),
    "root": lambda pos, neg: (neg / pos) ** 0.5,
    "square": lambda pos, neg: (neg / pos) ** 2,
    "logarithm": lambda pos, neg: float(np.log(neg / pos)),
    "logarithm-of-n-over-n-pos": lambda pos, neg: float(np.log((pos + neg) / pos)),
    "twice": lambda pos, neg: 2 * neg / pos,
    "half": lambda pos, neg: neg / (2 * pos),
    "n": lambda pos, neg: pos + neg,
    "n-neg": lambda pos, neg: neg,  # noqa: ARG005 - same signature
    "n-pos": lambda pos, neg: pos,  # noqa: ARG005
    "one-over-n-pos": lambda pos, neg: 1 / pos,  # noqa: ARG005
    "rounded-down": lambda pos, neg: float(neg // pos),
    "rounded": lambda pos, neg: float(round(neg / pos)),
    "at-least-one": lambda pos, neg: max(neg / pos, 1.0),
}
# What both classes may weigh, positives first; the names are variants of `weights-negatives`.
WEIGHTS_OF_BOTH: Mapping[str, tuple[Formula, Formula]] = {
    "ratio-on-both": (lambda pos, neg: neg / pos, lambda pos, neg: neg / pos),
    "ratio-on-negatives": (lambda pos, neg: 1.0, lambda pos, neg: neg / pos),  # noqa: ARG005
    "inverse-ratio-on-negatives": (lambda pos, neg: 1.0, lambda pos, neg: pos / neg),  # noqa: ARG005
    "ratio-and-inverse": (lambda pos, neg: neg / pos, lambda pos, neg: pos / neg),
    "balanced": (lambda pos, neg: (pos + neg) / (2 * pos), lambda pos, neg: (pos + neg) / (2 * neg)),
    "inverse-shares": (lambda pos, neg: (pos + neg) / pos, lambda pos, neg: (pos + neg) / neg),
    "inverse-counts": (lambda pos, neg: 1 / pos, lambda pos, neg: 1 / neg),  # noqa: ARG005
    "share-of-the-other": (lambda pos, neg: neg / (pos + neg), lambda pos, neg: pos / (pos + neg)),
    "own-share": (lambda pos, neg: pos / (pos + neg), lambda pos, neg: neg / (pos + neg)),
}
# Of the formulas above and the right one: how far apart any two are at least, relative to the larger.
MARGIN = 0.02


def margin(counts: Sequence[tuple[float, float]]) -> float:
    """Return how far apart the closest two formulas are with these sets of labels, constants included.

    Args:
        counts: positives and negatives of each set.
    """
    return _margin(tuple(counts))


@functools.lru_cache(maxsize=100)  # everybody in a cohort gets the same counts
def _margin(counts: tuple[tuple[float, float], ...]) -> float:
    right: Formula = lambda pos, neg: neg / pos  # noqa: E731 - as the others
    alone = [np.array([weight(*of) for of in counts]) for weight in (*POSITIVE_WEIGHTS.values(), right)]
    both = [np.array([[weight(*of) for of in counts] for weight in pair]) for pair in WEIGHTS_OF_BOTH.values()]
    pairs = [*(np.stack([weights, np.ones_like(weights)]) for weights in (*alone, 1 / alone[-1])), *both]
    apart = [_apart(one, another) for one, another in itertools.combinations(pairs, 2)]
    varying = [*alone, *(of_negatives for _, of_negatives in both)]
    return min(*apart, *(_apart(weights, np.full_like(weights, weights[0])) for weights in varying))


def _apart(one: Floats, another: Floats) -> float:
    larger = np.maximum(np.abs(one), np.abs(another))
    return float((np.abs(one - another) / np.where(larger > 0, larger, 1.0)).max())
