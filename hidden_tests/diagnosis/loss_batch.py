"""One batch and what a loss made of it, as far as any loss for logits goes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hidden_tests.compare import all_true, close
from hidden_tests.oracle import Floats, cross_entropy, cross_entropy_slope, sigmoid

# The contract's: against float64, for values and gradients alike.
TOLERANCE = 1e-4
# For weights recovered from float32 gradients. Measured: right solutions are within 2e-6. How far apart the weights
# are that they are compared with: `loss_weights.MARGIN`.
WEIGHT_TOLERANCE = 1e-3
# How many times as much as right logits wrong ones cost at least, at every extreme. A loss that is bounded, as behind
# a sigmoid of its own, is above 1.8; the distance of logits and targets, which is no such loss, is below 1.2.
_CLEARLY_MORE = 1.5


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One batch and what the loss made of it."""

    logits: Floats  # (b,)
    targets: Floats  # (b,)
    value: Floats  # as it came: () or (1,) if it is a scalar
    gradient: Floats | None  # (b,), of the value's sum; None if it cannot be differentiated

    @property
    def is_scalar(self) -> bool:
        """Whether the loss is one number."""
        return self.value.size == 1

    @property
    def mean(self) -> float:
        """The mean of what was returned; NaN if that is nothing."""
        with np.errstate(all="ignore"):
            return float(self.value.mean()) if self.value.size else float("nan")

    def has_value(self, expected: Floats) -> bool:
        """Whether the loss is this, of one number or of one for each example."""
        return self.value.size == expected.size and close(
            self.value.reshape(expected.shape), expected, rtol=TOLERANCE, atol=TOLERANCE
        )

    def has_gradient(self, expected: Floats) -> bool:
        """Whether the gradient is there, and this."""
        return self.gradient is not None and close(self.gradient, expected, rtol=TOLERANCE, atol=TOLERANCE)

    def factors(self) -> tuple[float, float] | None:
        """What the loss multiplies each positive's and each negative's cross-entropy by; None if nothing constant."""
        return self._constant_per_class(cross_entropy_slope(self.logits, self.targets))

    def factors_after_sigmoid(self) -> tuple[float, float] | None:
        """The same for a loss that takes probabilities for logits."""
        given = sigmoid(self.logits)
        return self._constant_per_class(cross_entropy_slope(given, self.targets) * given * (1 - given))

    def agrees(self, positive: float, negative: float) -> bool:
        """Whether value and gradient are the cross-entropy of each example times its class's factor."""
        factors = np.where(self.targets == 1.0, positive, negative)
        each = factors * cross_entropy(self.logits, self.targets)
        slope = factors * cross_entropy_slope(self.logits, self.targets)
        return self.has_value(np.asarray(each.sum()) if self.is_scalar else each) and self.has_gradient(slope)

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


def tells_right_from_wrong(moderate: Sequence[Batch], extreme: Sequence[Batch]) -> bool:
    """Whether a loss is a number that wrong logits make clearly larger, at every extreme.

    This is so of every loss for logits, right or not, and of no function that computes nothing: not of a constant, of
    the logits, or of their mean. What is not finite counts as larger, where moderate logits give finite losses.
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
