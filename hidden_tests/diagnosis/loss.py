"""What a loss function does, told from its values and gradients: its weights, its reduction, its numerical range."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hidden_tests.oracle import Floats, cross_entropy, cross_entropy_slope, ratio, sigmoid

# The contract's: against float64, for values and gradients alike.
TOLERANCE = 1e-4
# For weights recovered from float32 gradients. Measured: right solutions are within 2e-6, and the nearest wrong
# weight in the catalogue is off by a tenth.
WEIGHT_TOLERANCE = 1e-3
# What an epsilon of 1e-2 inside the logarithms does to moderate losses, and more than rounding ever does.
_ROUGHLY = 0.05


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
        wanted = each.sum() if self.is_scalar else each
        slope = factors * cross_entropy_slope(self.logits, self.targets)
        return (
            self.gradient is not None
            and self.value.size in (1, wanted.size)
            and bool(np.allclose(self.value.ravel(), wanted, rtol=TOLERANCE, atol=TOLERANCE))
            and bool(np.allclose(self.gradient, slope, rtol=TOLERANCE, atol=TOLERANCE))
        )

    def _constant_per_class(self, slope: Floats) -> tuple[float, float] | None:
        if self.gradient is None or not np.isfinite(self.gradient).all():
            return None
        factors = self.gradient / slope
        found = []
        for of_class in (factors[self.targets == 1.0], factors[self.targets == 0.0]):
            middle = float(np.median(of_class))
            if not np.allclose(of_class, middle, rtol=WEIGHT_TOLERANCE, atol=WEIGHT_TOLERANCE / len(factors)):
                return None
            found.append(middle)
        return found[0], found[1]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A loss made from one set of labels, measured on moderate and on extreme logits."""

    labels: Floats  # (n,)
    moderate: Sequence[Batch]
    extreme: Sequence[Batch]

    @property
    def right_weight(self) -> float:
        """What a positive should weigh."""
        return ratio(self.labels)


@dataclass(frozen=True)
class Profile:
    """Everything observed of one `make_loss`."""

    cases: Sequence[Case]

    @cached_property
    def reduction(self) -> str:
        """`mean`, `sum`, `none`, `weighted` (a mean divided by the sum of the weights) or `unknown`."""
        batches = [batch for case in self.cases for batch in case.moderate]
        if not all(batch.is_scalar for batch in batches):
            return "none"
        for name in ("mean", "sum", "weighted"):
            if all(self._weights_under(name, case) for case in self.cases):
                return name
        return "unknown"

    @property
    def reduction_is_open(self) -> bool:
        """Whether what can be seen leaves open how the loss is reduced."""
        return not differentiable(self) or (self.reduction == "unknown" and not _right_up_to_a_factor(self))

    @property
    def takes_sigmoid(self) -> bool:
        """Whether the loss puts the logits through a sigmoid before a loss that expects logits."""
        batches = [batch for case in self.cases for batch in case.moderate]
        return not all(batch.factors() for batch in batches) and all(batch.factors_after_sigmoid() for batch in batches)

    def weights(self, case: Case) -> tuple[float, float] | None:
        """What a positive and a negative weigh, as this loss was made; None if that cannot be told."""
        return self._weights_under(self.reduction, case)

    def has_right_weights(self, case: Case) -> bool:
        """Whether, reduction aside, value and gradient on moderate logits are those of the weighted cross-entropy."""
        found = self.weights(case)
        return (
            not self.takes_sigmoid
            and found is not None
            and np.allclose(found, (case.right_weight, 1.0), rtol=WEIGHT_TOLERANCE)
            and all(self._agrees(batch, (case.right_weight, 1.0)) for batch in case.moderate)
        )

    def survives_extremes(self, case: Case, weights: tuple[float, float]) -> bool:
        """Whether, reduction aside, value and gradient stay exact at extreme logits, given these weights."""
        return all(self._agrees(batch, weights) for batch in case.extreme)

    def _agrees(self, batch: Batch, weights: tuple[float, float]) -> bool:
        share = _share(self.reduction, batch, weights)
        return batch.agrees(weights[0] * share, weights[1] * share)

    def _weights_under(self, reduction: str, case: Case) -> tuple[float, float] | None:
        """The weights if `reduction` is what this loss does, and they are the same in every batch."""
        found = []
        for batch in case.moderate:
            factors = batch.factors() or batch.factors_after_sigmoid()
            if factors is None or not all(np.isfinite(factors)):
                return None
            if reduction == "weighted":
                # Divided by the sum of the weights, only their ratio is left.
                total = factors[0] * np.sum(batch.targets == 1.0) + factors[1] * np.sum(batch.targets == 0.0)
                if not np.isclose(total, 1.0, rtol=WEIGHT_TOLERANCE) or factors[1] == 0:
                    return None
                found.append((factors[0] / factors[1], 1.0))
            else:
                share = _share(reduction, batch, (1.0, 1.0))
                found.append((factors[0] / share, factors[1] / share))
        same = np.allclose(found, found[0], rtol=WEIGHT_TOLERANCE, atol=WEIGHT_TOLERANCE)
        return found[0] if same else None


def _share(reduction: str, batch: Batch, weights: tuple[float, float]) -> float:
    """What an example of weight one adds to the loss, in cross-entropies."""
    if reduction == "mean":
        return 1.0 / len(batch.targets)
    if reduction == "weighted":
        return 1.0 / float(np.sum(np.where(batch.targets == 1.0, *weights)))
    return 1.0


def differentiable(profile: Profile) -> bool:
    """Whether every loss has a gradient with respect to its logits."""
    return all(batch.gradient is not None for case in profile.cases for batch in (*case.moderate, *case.extreme))


def weight_mistakes(profile: Profile) -> list[str]:
    """Explain weights that are not (n_neg / n_pos, 1)."""
    return _weight_mistakes(profile) or ["wrong-pos-weight"]


def _weight_mistakes(profile: Profile) -> list[str]:
    if not differentiable(profile):
        return ["wrong-signature"]
    found: list[str] = ["sigmoid-before-logits-loss"] if profile.takes_sigmoid else []
    weights = [profile.weights(case) for case in profile.cases]
    known = [pair for pair in weights if pair is not None]
    if len(known) < len(weights):
        # Not a fixed weight for each class: it changes with the batch, or is not cross-entropy at all.
        if profile.reduction == "unknown" and _right_up_to_a_factor(profile):
            return found
        return [*found, "bce-on-probabilities" if _roughly_right(profile) else "wrong-pos-weight"]
    ratios = [case.right_weight for case in profile.cases]
    positive, negative = [pair[0] for pair in known], [pair[1] for pair in known]
    ones = [1.0] * len(known)
    if _close(negative, ones):
        if _close(positive, ratios):
            return found
        if _close(positive, ones):
            return [*found, "unweighted-loss"]
        if _close(positive, [1 / r for r in ratios]):
            return [*found, "inverted-pos-weight"]
        if _close(positive, [positive[0]] * len(positive)):
            return [*found, "hardcoded-pos-weight"]
        return [*found, "wrong-pos-weight"]
    return [*found, "weights-negatives"]


def reduction_mistakes(profile: Profile) -> list[str]:
    """Explain a loss that is not the mean over the batch."""
    if profile.reduction == "unknown":
        return ["wrong-reduction"] if _right_up_to_a_factor(profile) else weight_mistakes(profile)
    return ["wrong-reduction"]


def range_mistakes(profile: Profile, case: Case) -> list[str]:
    """Explain wrong values or gradients at extreme logits."""
    found = _weight_mistakes(profile)
    weights = profile.weights(case)
    unstable = weights is not None and not profile.survives_extremes(case, weights)
    if unstable and not profile.takes_sigmoid and "bce-on-probabilities" not in found:
        found.append("bce-on-probabilities")
    return found or ["bce-on-probabilities"]


def _right_up_to_a_factor(profile: Profile) -> bool:
    """Whether positives weigh the right multiple of negatives in every batch, whatever both are divided by."""
    for case in profile.cases:
        for batch in case.moderate:
            factors = batch.factors()
            if factors is None or factors[1] == 0:
                return False
            if not np.isclose(factors[0] / factors[1], case.right_weight, rtol=WEIGHT_TOLERANCE):
                return False
    return True


def _roughly_right(profile: Profile) -> bool:
    """Whether moderate values are only a few per cent off, as those of logarithms guarded by a large epsilon are."""
    for case in profile.cases:
        for batch in case.moderate:
            each = np.where(batch.targets == 1.0, case.right_weight, 1.0) * cross_entropy(batch.logits, batch.targets)
            if not np.isclose(batch.value.mean(), each.mean(), rtol=_ROUGHLY):
                return False
    return True


def _close(values: Sequence[float], wanted: Sequence[float]) -> bool:
    return bool(np.allclose(values, wanted, rtol=WEIGHT_TOLERANCE))
