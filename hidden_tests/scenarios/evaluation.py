"""The inputs of the tests of `evaluate`, drawn until they distinguish right and wrong results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, permutations

import numpy as np
from numpy.typing import NDArray

from hidden_tests.oracle import METRICS, Bools, Floats, metrics, sigmoid
from hidden_tests.rng import draw_until
from hidden_tests.wire import to_float32

PLAIN_ROWS = 150
COMPARED_ROWS = 90
# How many logits are drawn for one set of targets.
_MOST_LOGITS = 40

Rows = NDArray[np.intp]
Scores = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """The inputs of one run of `evaluate`."""

    logits: Floats  # (4, n): for each mode of the probe's model
    targets: Floats  # (n,)
    orders: NDArray[np.int64]  # (passes, n)
    batch_size: int
    threshold: float

    @property
    def right(self) -> Scores:
        """Return the correct metrics: those of the outputs in evaluation mode, with autograd off."""
        return metrics(sigmoid(self.logits[0]) >= self.threshold, self.targets)

    def batches(self, number: int) -> list[Rows]:
        """Return the rows of each batch in one of the passes."""
        return batches_of(self.orders[number].astype(np.intp), self.batch_size)


def _scenario(
    random: np.random.Generator, logits: Floats, targets: Floats, *, threshold: float, batch_size: int
) -> Scenario:
    orders = np.stack([random.permutation(len(targets)) for _ in range(4)])
    return Scenario(
        logits=to_float32(logits), targets=targets, orders=orders, batch_size=batch_size, threshold=threshold
    )


def without_modes(random: np.random.Generator, threshold: float) -> Scenario:
    """Return a scenario in which precision, recall, F1 and accuracy all differ, and the model has no modes.

    Parts of the loader, and predictions of one pass next to targets of another, give other metrics.
    """

    def draw() -> Scenario:
        targets = (random.uniform(size=PLAIN_ROWS) < 0.35).astype(np.float64)
        logits = np.tile(_logits(random, targets, threshold), (4, 1))
        return _scenario(random, logits, targets, threshold=threshold, batch_size=16)

    return draw_until(_has_distinct_metrics, draw, wanted="scenario of evaluate with distinct metrics")


def _has_distinct_metrics(scenario: Scenario) -> bool:
    predicted, positive = scenario.logits[0] >= _cut(scenario.threshold), scenario.targets == 1.0
    values = [*scenario.right.values(), float(np.mean(predicted == positive))]
    return float(np.diff(np.sort(values)).min()) > 0.01 and _distinguishes_passes(scenario, predicted, positive)


def _distinguishes_passes(scenario: Scenario, predicted: Bools, positive: Bools) -> bool:
    """Return whether predictions of one pass and targets of another, and all but one batch, give other metrics."""
    orders = [*scenario.orders[:3], np.arange(len(positive))]
    hits = int(np.sum(predicted & positive))
    if any(int(np.sum(predicted[one] & positive[other])) == hits for one, other in permutations(orders, 2)):
        return False
    parts = [np.concatenate(batches) for order in (0, 1) for batches in _all_but_one(scenario.batches(order))]
    right = scenario.right
    others = [metrics(predicted[rows], scenario.targets[rows]) for rows in parts]
    return all(any(abs(other[name] - right[name]) > 0.002 for name in METRICS) for other in others)


def _all_but_one(batches: list[Rows]) -> tuple[list[Rows], list[Rows]]:
    return batches[1:], batches[:-1]


def _logits(random: np.random.Generator, targets: Floats, threshold: float) -> Floats:
    """Return logits that depend weakly on the targets, without ties at the threshold."""
    logits = random.normal(scale=1.2, size=len(targets)) + random.uniform(0.5, 1.2) * targets + 0.2
    return np.where(np.abs(logits - _cut(threshold)) < 0.01, logits + 0.02, logits)


def _cut(threshold: float) -> float:
    """Return the logit whose probability is the threshold."""
    return float(np.log(threshold / (1 - threshold)))


def with_modes(random: np.random.Generator) -> Scenario:
    """Return a scenario in which changing one mode's logits, or the threshold, changes all that is computed from them.

    For each set of targets, four such logits are searched in a limited number of draws; then other targets are drawn.
    """

    def draw() -> tuple[Scenario, list[Floats]]:
        targets = (random.uniform(size=COMPARED_ROWS) < 0.35).astype(np.float64)
        scenario = _scenario(random, np.zeros((4, COMPARED_ROWS)), targets, threshold=0.5, batch_size=16)
        drawn = (_far_logits(random, targets) for _ in range(_MOST_LOGITS))
        return scenario, list(islice((logits for logits in drawn if _shows_changes(scenario, logits)), 4))

    scenario, modes = draw_until(lambda drawn: len(drawn[1]) == 4, draw, wanted="scenario of evaluate with four modes")
    return replace(scenario, logits=np.stack(modes))


def _far_logits(random: np.random.Generator, targets: Floats) -> Floats:
    """Return logits of which a few are far from the others, so that a softmax is more than half in one place."""
    logits = _logits(random, targets, 0.5)
    far = random.uniform(size=len(logits)) < 0.2
    logits = np.where(far, np.sign(logits) * random.uniform(7.0, 11.0, len(logits)), logits)
    logits[np.flatnonzero(targets == 1.0)[0]], logits[np.flatnonzero(targets == 0.0)[0]] = 14.0, -14.0
    for threshold in (0.3, 0.7):
        logits = np.where(np.abs(logits - _cut(threshold)) < 0.01, logits + 0.02, logits)
    return to_float32(logits)


def _shows_changes(scenario: Scenario, logits: Floats) -> bool:
    """Return whether negated logits and other thresholds give other metrics: of all rows, a batch, and a softmax."""
    batches = scenario.batches(0)
    everything = np.concatenate(batches)

    def dominant(sign: int, parts: Sequence[Rows]) -> Bools:
        return np.concatenate([_dominant(sign * logits[rows]) for rows in parts])

    def differ(one: Bools, other: Bools, rows: Rows) -> bool:
        found, before = (metrics(predicted, scenario.targets[rows]) for predicted in (one, other))
        return any(abs(found[name] - before[name]) > 0.01 for name in METRICS)

    return (
        abs(float(np.mean(logits >= 0)) - 0.5) > 0.02
        and all(
            differ(logits[rows] >= 0, other[rows] >= cut, rows)
            for other, cut in ((-logits, 0.0), (logits, _cut(0.3)), (logits, _cut(0.7)))
            for rows in (everything, batches[0], batches[-1])
        )
        and all(differ(dominant(1, parts), dominant(-1, parts), everything) for parts in (batches, [everything]))
    )


def _dominant(logits: Floats) -> Bools:
    """Return which of some logits have more than half of their softmax."""
    powers = np.exp(logits - logits.max())
    return np.asarray(powers >= powers.sum() / 2)


def with_each_mode_negated(scenario: Scenario) -> list[Scenario]:
    """Return four scenarios, in each of which the outputs of one mode are negated."""
    signs = np.ones((4, 4)) - 2 * np.eye(4)
    return [replace(scenario, logits=scenario.logits * row[:, np.newaxis]) for row in signs]


def at_threshold(scenario: Scenario, threshold: float) -> Scenario:
    """Return the scenario at another threshold, with the logits moved along with it."""
    return replace(scenario, logits=to_float32(scenario.logits + _cut(threshold)), threshold=threshold)


def with_undefined_ratios(random: np.random.Generator) -> list[Scenario]:
    """Return scenarios in which nothing is predicted positive, nothing is positive, and neither is."""
    low, mixed = -random.uniform(0.5, 2.5, 12), random.permutation(np.repeat([1.5, -1.5], 6))
    some, none = random.permutation(np.repeat([1.0, 0.0], [4, 8])), np.zeros(12)
    return [
        _scenario(random, np.tile(logits, (4, 1)), targets, threshold=0.5, batch_size=4)
        for logits, targets in ((low, some), (mixed, none), (low, none))
    ]


def batches_of(order: Rows, size: int) -> list[Rows]:
    """Return the rows of each batch of an order."""
    return [order[start : start + size] for start in range(0, len(order), size)]
