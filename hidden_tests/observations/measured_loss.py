"""The observed values of losses on logits: for `make_loss` and `FocalLoss`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from grading.run.observations import Floats, Observation, Sized, Values
from hidden_tests.batches import EXTREME_LOGITS, Inputs
from hidden_tests.compare import all_true, close
from hidden_tests.oracle import cross_entropy, cross_entropy_slope, sigmoid

# A loss that is not reduced has a value for each example, or for each pair of them: at most 13 examples are in a
# batch and 50 in a set of labels.
MOST_VALUES = 1024
# Values and gradients against float64, absolute and relative: what docs/requirements.md allows. Measured: right losses
# are within 2e-7, and those of the nearest mistake are off by 0.2 for some of the batches.
TOLERANCE = 1e-4
# For weights recovered from float32 gradients. Measured: right solutions are within 2e-6. How far apart the weights
# are that they are compared with: `weighted_loss_formulas.MARGIN`.
WEIGHT_TOLERANCE = 1e-3
# How many times as much as right logits wrong ones cost at least, at every extreme. A loss that is bounded, as behind
# a sigmoid of its own, is above 1.8; the distance of logits and targets, which is no such loss, is below 1.2.
_CLEARLY_MORE = 1.5


class Measured(Observation, frozen=True, kw_only=True):
    """A loss on one batch."""

    value: Annotated[Floats, Values(most=MOST_VALUES)]  # as it was returned
    gradient: Annotated[Floats | None, Values("rows")]  # of the value's sum, for each logit; None if there is none


class ObservedLoss(Observation, frozen=True, kw_only=True):
    """A loss function, on each of its batches."""

    batches: Annotated[list[Measured], Sized()]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One batch with the loss's value and gradient."""

    logits: Floats  # (b,)
    targets: Floats  # (b,)
    value: Floats  # as it was returned: () or (1,) if it is a scalar
    gradient: Floats | None  # (b,), of the value's sum; None if it cannot be differentiated

    @property
    def is_scalar(self) -> bool:
        """Return whether the loss is one number."""
        return self.value.size == 1

    @property
    def mean(self) -> float:
        """Return the mean of the values that were returned; NaN if there is none."""
        with np.errstate(all="ignore"):
            return float(self.value.mean()) if self.value.size else float("nan")

    def has_value(self, expected: Floats) -> bool:
        """Return whether the loss has the expected value, of one number or of one for each example."""
        return self.value.size == expected.size and close(
            self.value.reshape(expected.shape), expected, rtol=TOLERANCE, atol=TOLERANCE
        )

    def has_gradient(self, expected: Floats) -> bool:
        """Return whether there is a gradient, and it is the expected one."""
        return self.gradient is not None and close(self.gradient, expected, rtol=TOLERANCE, atol=TOLERANCE)

    def is_cross_entropy(self, *, positives: float, negatives: float) -> bool:
        """Return whether value and gradient are the examples' cross-entropies, each times the factor of its class.

        The value is their sum, or all of them if the loss is not one number: a mean has factors of 1 / b.
        """
        factors = np.where(self.targets == 1.0, positives, negatives)
        losses = factors * cross_entropy(self.logits, self.targets)
        slopes = factors * cross_entropy_slope(self.logits, self.targets)
        return self.has_value(np.asarray(losses.sum()) if self.is_scalar else losses) and self.has_gradient(slopes)

    def factors(self) -> tuple[float, float] | None:
        """Return what the loss multiplies the cross-entropy of positives and of negatives by; None if it varies."""
        return self._constant_per_class(cross_entropy_slope(self.logits, self.targets))

    def factors_after_sigmoid(self) -> tuple[float, float] | None:
        """Return the same for a loss that puts the logits through a sigmoid and takes the result for logits."""
        squashed = sigmoid(self.logits)
        return self._constant_per_class(cross_entropy_slope(squashed, self.targets) * squashed * (1 - squashed))

    @np.errstate(all="ignore")
    def _constant_per_class(self, slope: Floats) -> tuple[float, float] | None:
        if self.gradient is None or not all_true(np.isfinite(self.gradient)):
            return None
        factors = self.gradient / slope
        found = []
        for of_class in (factors[self.targets == 1.0], factors[self.targets == 0.0]):
            middle = float(np.median(of_class))
            atol = WEIGHT_TOLERANCE / len(factors)
            if not close(of_class, np.full_like(of_class, middle), rtol=WEIGHT_TOLERANCE, atol=atol):
                return None
            found.append(middle)
        return found[0], found[1]


def measured(batches: Sequence[Inputs], observed: ObservedLoss) -> tuple[list[Batch], list[Batch]]:
    """Return what a loss made of the moderate and of the extreme batches, which come last."""
    found = [
        Batch(logits=logits, targets=targets, value=batch.value, gradient=batch.gradient)
        for (logits, targets), batch in zip(batches, observed.batches, strict=True)
    ]
    moderate = len(batches) - 3 * len(EXTREME_LOGITS)
    return found[:moderate], found[moderate:]


def wrong_logits_cost_more(moderate: Sequence[Batch], extreme: Sequence[Batch]) -> bool:
    """Return whether a loss is a number that wrong logits make clearly larger, at every extreme.

    This holds for every loss on logits, right or not, and for no function that computes nothing: not for a constant,
    the logits, or their mean. What is not finite counts as larger, where moderate logits give finite losses.
    """
    if not all(np.isfinite(batch.mean) for batch in moderate):
        return False
    right = {float(np.abs(batch.logits).max()): abs(batch.mean) for batch in extreme if _is_right(batch)}
    wrong = {float(np.abs(batch.logits).max()): abs(batch.mean) for batch in extreme if _is_wrong(batch)}
    return all(not wrong[size] <= _CLEARLY_MORE * right[size] for size in right)


def _is_right(batch: Batch) -> bool:
    return all_true((batch.logits > 0) == (batch.targets == 1.0))


def _is_wrong(batch: Batch) -> bool:
    return all_true((batch.logits > 0) != (batch.targets == 1.0))
