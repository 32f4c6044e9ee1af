"""What the probe `focal_loss` observes of `FocalLoss`, and the formula that it computes."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

import numpy as np

from grading.run.observations import Observation, Sized
from hidden_tests.compare import all_true
from hidden_tests.observations.measured_loss import Batch, ObservedLoss, wrong_logits_cost_more
from hidden_tests.oracle import Floats, cross_entropy, sigmoid

# The step of the central differences below, in logits.
_STEP = 1e-5


class Observed(Observation, frozen=True, kw_only=True):
    """The reply of the probe."""

    cases: Annotated[list[ObservedLoss], Sized()]  # one for each set of arguments


@dataclass(frozen=True, kw_only=True)
class Case:
    """One `FocalLoss` with its arguments, measured on moderate and on extreme logits."""

    gamma: float
    alpha: float | None
    moderate: Sequence[Batch]
    extreme: Sequence[Batch]


Focusing = Callable[[Floats, Floats, float], Floats]
Weighing = Callable[[Floats, float | None], Floats]
Reduction = Callable[[Floats, Floats, Floats], Floats | np.floating[Any]]


def _one_minus_p_t(logits: Floats, targets: Floats) -> Floats:
    """Return 1 - p_t, where p_t is the probability of the example's own class."""
    return sigmoid(np.where(targets == 1.0, -logits, logits))


# A focal loss is a reduction of weight * focusing factor * cross-entropy. The first entry of each table is right; the
# others are mistakes, named like the variants in the catalogue. A test looks at one of the three factors: it passes if
# that factor is right in the formula that fits, whatever the other two are.
RIGHT_FOCUSING = "(1 - p_t)^gamma"
RIGHT_WEIGHING = "alpha and 1 - alpha"
RIGHT_REDUCTION = "mean"
FOCUSING: Mapping[str, Focusing] = {
    RIGHT_FOCUSING: lambda x, y, gamma: _one_minus_p_t(x, y) ** gamma,
    "none": lambda x, y, gamma: np.ones_like(x),  # noqa: ARG005 - same signature
    "of-the-easy": lambda x, y, gamma: (1 - _one_minus_p_t(x, y)) ** gamma,
    "of-the-positive-class": lambda x, y, gamma: sigmoid(-x) ** gamma,  # noqa: ARG005
    "of-the-negative-class": lambda x, y, gamma: sigmoid(x) ** gamma,  # noqa: ARG005
    "fixed-gamma": lambda x, y, gamma: _one_minus_p_t(x, y) ** 2.0,  # noqa: ARG005
    "multiplied": lambda x, y, gamma: _one_minus_p_t(x, y) * gamma,
}
WEIGHING: Mapping[str, Weighing] = {
    RIGHT_WEIGHING: lambda y, alpha: np.ones_like(y) if alpha is None else np.where(y == 1.0, alpha, 1 - alpha),
    "ignored": lambda y, alpha: np.ones_like(y),  # noqa: ARG005
    "swapped": lambda y, alpha: np.ones_like(y) if alpha is None else np.where(y == 1.0, 1 - alpha, alpha),
    "positives-alone": lambda y, alpha: np.ones_like(y) if alpha is None else np.where(y == 1.0, alpha, 1.0),
    "negatives-alone": lambda y, alpha: np.ones_like(y) if alpha is None else np.where(y == 1.0, 1.0, 1 - alpha),
    "both-alike": lambda y, alpha: np.full_like(y, 1.0 if alpha is None else alpha),
    "half-without": lambda y, alpha: np.where(y == 1.0, *((0.5, 0.5) if alpha is None else (alpha, 1 - alpha))),
    "quarter-without": lambda y, alpha: np.where(y == 1.0, *((0.25, 0.75) if alpha is None else (alpha, 1 - alpha))),
}
REDUCTIONS: Mapping[str, Reduction] = {
    RIGHT_REDUCTION: lambda losses, weights, y: np.mean(losses),  # noqa: ARG005
    "sum": lambda losses, weights, y: np.sum(losses),  # noqa: ARG005
    "none": lambda losses, weights, y: losses,  # noqa: ARG005
    "sum-of-weights": lambda losses, weights, y: np.sum(losses) / np.sum(weights),  # noqa: ARG005
    "number-of-positives": lambda losses, weights, y: np.sum(losses) / np.sum(y),  # noqa: ARG005
    "halved": lambda losses, weights, y: np.mean(losses) / 2,  # noqa: ARG005
}


@dataclass(frozen=True, kw_only=True)
class Formula:
    """One way to compute the loss."""

    focusing: str
    weighing: str
    reduction: str

    @property
    def departures(self) -> int:
        """Return how many of the three are wrong."""
        wrong = self.focusing != RIGHT_FOCUSING, self.weighing != RIGHT_WEIGHING, self.reduction != RIGHT_REDUCTION
        return sum(wrong)

    def value(self, logits: Floats, targets: Floats, case: Case) -> Floats:
        """Return the loss of a batch."""
        weights = WEIGHING[self.weighing](targets, case.alpha)
        losses = weights * FOCUSING[self.focusing](logits, targets, case.gamma) * cross_entropy(logits, targets)
        return np.asarray(REDUCTIONS[self.reduction](losses, weights, targets))

    def gradient(self, batch: Batch, case: Case) -> Floats:
        """Return the derivative of the value's sum with respect to each logit."""
        found = np.empty_like(batch.logits)
        for index in range(len(batch.logits)):
            step = np.zeros_like(batch.logits)
            step[index] = _STEP
            above, below = (self.value(batch.logits + sign * step, batch.targets, case).sum() for sign in (1, -1))
            found[index] = (above - below) / (2 * _STEP)
        return found

    def has_value(self, batch: Batch, case: Case) -> bool:
        """Return whether the observed value is this formula's."""
        return batch.has_value(self.value(batch.logits, batch.targets, case))

    def has_gradient(self, batch: Batch, case: Case) -> bool:
        """Return whether the observed gradient is this formula's; any passes for a gamma between 0 and 1."""
        return 0 < case.gamma < 1 or batch.has_gradient(self.gradient(batch, case))


RIGHT = Formula(focusing=RIGHT_FOCUSING, weighing=RIGHT_WEIGHING, reduction=RIGHT_REDUCTION)
FORMULAS = sorted(
    (
        Formula(focusing=focusing, weighing=weighing, reduction=reduction)
        for focusing, weighing, reduction in itertools.product(FOCUSING, WEIGHING, REDUCTIONS)
    ),
    key=lambda formula: formula.departures,
)


@dataclass(frozen=True)
class FocalProfile:
    """All measurements of a `FocalLoss`."""

    cases: Sequence[Case]

    @cached_property
    def fitting(self) -> Sequence[Formula]:
        """Return the formulas with the fewest mistakes of all that give the observed values on moderate logits."""
        fitting = [
            formula
            for formula in FORMULAS
            if all(formula.has_value(batch, case) for case in self.cases for batch in case.moderate)
        ]
        return [formula for formula in fitting if formula.departures == fitting[0].departures]

    @property
    def formula(self) -> Formula | None:
        """Return the formula of the observed values on moderate logits; None if no known formula gives them."""
        return self.fitting[0] if self.fitting else None

    @cached_property
    def does_something(self) -> bool:
        """Return whether a known formula fits, or wrong logits cost more than right ones for all arguments."""
        return bool(self.fitting) or all(wrong_logits_cost_more(case.moderate, case.extreme) for case in self.cases)

    @cached_property
    def has_gradients(self) -> bool:
        """Return whether the gradients on moderate logits are those of the formula; of the right one if none fits."""
        formula = self.formula or RIGHT
        return all(formula.has_gradient(batch, case) for case in self.cases for batch in case.moderate)

    @property
    def stays_finite(self) -> bool:
        """Return whether every value at extreme logits is finite."""
        values = [batch.value for case in self.cases for batch in case.extreme]
        return all(value.size > 0 and all_true(np.isfinite(value)) for value in values)

    @property
    def is_exact_at_extremes(self) -> bool:
        """Return whether the formula of moderate logits gives extreme ones; without one, whether values are finite."""
        formula = self.formula
        if formula is None:
            return self.stays_finite
        batches = [(batch, case) for case in self.cases for batch in case.extreme]
        exact = all(formula.has_value(*batch) for batch in batches)
        # A gradient that is wrong at moderate logits as well fails test_hard_examples_count_more.
        return exact and (not self.has_gradients or all(formula.has_gradient(*batch) for batch in batches))
