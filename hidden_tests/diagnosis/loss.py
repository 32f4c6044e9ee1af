"""What a loss function does, told from its values and gradients: its weights, its reduction, its numerical range."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grading.harness import Cause
from hidden_tests.arrays import told
from hidden_tests.compare import all_true, close
from hidden_tests.oracle import Floats, cross_entropy, cross_entropy_slope, ratio, sigmoid

# The contract's: against float64, for values and gradients alike.
TOLERANCE = 1e-4
# For weights recovered from float32 gradients. Measured: right solutions are within 2e-6; `MARGIN` says how far apart
# the formulas below are.
WEIGHT_TOLERANCE = 1e-3
# What an epsilon of 1e-2 inside the logarithms does to moderate losses, and more than rounding ever does.
_ROUGHLY = 0.05
# How many times as much as right logits wrong ones cost at least, at every extreme. A loss that is bounded, as behind
# a sigmoid of its own, is above 1.9; the distance of logits and targets, which is no such loss, is below 1.25.
_CLEARLY_MORE = 1.5

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
# What the sum over a batch may be divided by, given its targets, the training labels and the weights of the classes;
# all but the first are variants of `wrong-reduction`.
REDUCTIONS: Mapping[str, Callable[[Floats, Floats, tuple[float, float]], float]] = {
    "mean": lambda targets, labels, weights: len(targets),  # noqa: ARG005 - same signature
    "sum": lambda targets, labels, weights: 1.0,  # noqa: ARG005
    "sum-of-weights": lambda targets, labels, weights: float(np.sum(np.where(targets == 1.0, *weights))),  # noqa: ARG005
    "number-of-positives": lambda targets, labels, weights: float(np.sum(targets == 1.0)),  # noqa: ARG005
    "training-labels": lambda targets, labels, weights: len(labels),  # noqa: ARG005
}
# Of the formulas above and the right one: how far apart any two are at least, relative to the larger.
MARGIN = 0.02


def margin(counts: Sequence[tuple[float, float]]) -> float:
    """Return how well sets of labels tell the formulas apart, from each other and from constants.

    Args:
        counts: positives and negatives of each set.
    """
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


@dataclass(frozen=True, kw_only=True)
class Case:
    """A loss made from one set of labels, measured on moderate and on extreme logits."""

    labels: Floats  # (n,)
    moderate: Sequence[Batch]
    extreme: Sequence[Batch]

    @property
    def counts(self) -> tuple[float, float]:
        """How many labels are positive, and how many are not."""
        return float(np.sum(self.labels == 1.0)), float(np.sum(self.labels == 0.0))

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
        """`none`, one of `REDUCTIONS`, or `unknown`."""
        if not all(batch.is_scalar for batch in self._moderate):
            return "none"
        possible = [name for name in REDUCTIONS if all(self._weights_under(name, case) for case in self.cases)]
        # A sum with weights of one over the number of labels is the right weights, divided by that number.
        right = [name for name in possible if all(self._is_right_under(name, case) for case in self.cases)]
        return next(iter([*right, *possible]), "unknown")

    @property
    def reduction_is_open(self) -> bool:
        """Whether what can be seen leaves open how the loss is reduced."""
        return not differentiable(self) or (self.reduction == "unknown" and self.divisors is None)

    @cached_property
    def divisors(self) -> Sequence[float] | None:
        """What the sum of each moderate batch is divided by; None if it is not the right loss but for that."""
        found = []
        for case in self.cases:
            for batch in case.moderate:
                factors = batch.factors()
                if factors is None or not factors[1]:
                    return None
                with np.errstate(all="ignore"):
                    if not _close([factors[0] / factors[1]], [case.right_weight]):
                        return None
                    found.append(float(1 / np.float64(factors[1])))
        return found

    @property
    def takes_sigmoid(self) -> bool:
        """Whether the loss puts the logits through a sigmoid before a loss that expects logits."""
        return not all(batch.factors() for batch in self._moderate) and all(
            batch.factors_after_sigmoid() for batch in self._moderate
        )

    @cached_property
    def does_something(self) -> bool:
        """Whether wrong logits cost more than right ones, for each set of labels."""
        return all(tells_right_from_wrong(case.moderate, case.extreme) for case in self.cases)

    def weights(self, case: Case) -> tuple[float, float] | None:
        """What a positive and a negative weigh, as this loss was made; None if that cannot be told."""
        return self._weights_under(self.reduction, case)

    def has_right_weights(self, case: Case) -> bool:
        """Whether, reduction aside, value and gradient on moderate logits are those of the weighted cross-entropy."""
        found = self.weights(case)
        return (
            not self.takes_sigmoid
            and found is not None
            and _close(found, (case.right_weight, 1.0))
            and all(self._agrees(batch, case, (case.right_weight, 1.0)) for batch in case.moderate)
        )

    def unstable_from(self, case: Case, weights: tuple[float, float]) -> float | None:
        """The least extreme at which value or gradient is wrong, reduction aside, given these weights; or None."""
        wrong = [batch for batch in case.extreme if not self._agrees(batch, case, weights)]
        return min((float(np.abs(batch.logits).max()) for batch in wrong), default=None)

    def _is_right_under(self, reduction: str, case: Case) -> bool:
        weights = self._weights_under(reduction, case)
        return weights is not None and _close(weights, (case.right_weight, 1.0))

    @property
    def _moderate(self) -> list[Batch]:
        return [batch for case in self.cases for batch in case.moderate]

    def _agrees(self, batch: Batch, case: Case, weights: tuple[float, float]) -> bool:
        with np.errstate(all="ignore"):
            share = _share(self.reduction, batch, case, weights)
            return batch.agrees(weights[0] * share, weights[1] * share)

    @np.errstate(all="ignore")
    def _weights_under(self, reduction: str, case: Case) -> tuple[float, float] | None:
        """The weights if `reduction` is what this loss does, and they are the same in every batch."""
        found = []
        for batch in case.moderate:
            factors = batch.factors() or batch.factors_after_sigmoid()
            if factors is None or not all(np.isfinite(factors)):
                return None
            if reduction == "sum-of-weights":
                # Divided by the sum of the weights, only their ratio is left.
                total = factors[0] * np.sum(batch.targets == 1.0) + factors[1] * np.sum(batch.targets == 0.0)
                if factors[1] == 0 or not _close([total], [1.0]):
                    return None
                found.append((factors[0] / factors[1], 1.0))
            else:
                share = _share(reduction, batch, case, (1.0, 1.0))
                found.append((factors[0] / share, factors[1] / share))
        same = [found[0]] * len(found)
        return found[0] if close(found, same, rtol=WEIGHT_TOLERANCE, atol=WEIGHT_TOLERANCE) else None


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


def _share(reduction: str, batch: Batch, case: Case, weights: tuple[float, float]) -> float:
    """What an example of weight one adds to the loss, in cross-entropies."""
    divisor = REDUCTIONS.get(reduction, REDUCTIONS["sum"])
    return float(1.0 / np.float64(divisor(batch.targets, case.labels, weights)))


def differentiable(profile: Profile) -> bool:
    """Whether every loss has a gradient with respect to its logits."""
    return all(batch.gradient is not None for case in profile.cases for batch in (*case.moderate, *case.extreme))


def weight_mistakes(profile: Profile) -> list[Cause]:
    """Explain weights that are not (n_neg / n_pos, 1)."""
    return _weight_mistakes(profile) or [Cause("wrong-pos-weight")]


def _weight_mistakes(profile: Profile) -> list[Cause]:
    if not differentiable(profile):
        return [Cause("wrong-signature", detail="the loss has no gradient with respect to the logits")]
    if not profile.does_something:
        return [Cause("wrong-pos-weight", "no-cross-entropy", "wrong logits cost no more than right ones")]
    found = [Cause("sigmoid-before-logits-loss")] if profile.takes_sigmoid else []
    weights = [profile.weights(case) for case in profile.cases]
    known = [pair for pair in weights if pair is not None]
    if len(known) < len(weights):
        # Not a fixed weight for each class: it changes with the batch, or is not cross-entropy at all.
        if profile.reduction == "unknown" and profile.divisors is not None:
            return found
        return [*found, Cause("bce-on-probabilities") if _roughly_right(profile) else _without_fixed_weights(profile)]
    return [*found, *_mistakes_of_weights(profile, known)]


def _mistakes_of_weights(profile: Profile, weights: Sequence[tuple[float, float]]) -> list[Cause]:
    """Explain weights of positives and negatives that are the same in every batch, given for each set of labels."""
    counts = [case.counts for case in profile.cases]
    ratios = [case.right_weight for case in profile.cases]
    positive, negative = [pair[0] for pair in weights], [pair[1] for pair in weights]
    ones = [1.0] * len(weights)
    detail = f"positives weigh {told(positive)}, negatives {told(negative)} where n_neg / n_pos is {told(ratios)}"
    if not _close(negative, ones):
        fitting = [
            name
            for name, (of_positives, of_negatives) in WEIGHTS_OF_BOTH.items()
            if _close(positive, [of_positives(*of) for of in counts])
            and _close(negative, [of_negatives(*of) for of in counts])
        ]
        scaled = _close(positive, [r * w for r, w in zip(ratios, negative, strict=True)])
        if scaled and _close(negative, [negative[0]] * len(negative)):
            fitting.append("scaled")
        return [Cause("weights-negatives", _only(fitting), detail)]
    if _close(positive, ratios):
        return []
    if _close(positive, ones):
        return [Cause("unweighted-loss")]
    if _close(positive, [1 / r for r in ratios]):
        return [Cause("inverted-pos-weight")]
    if _close(positive, [positive[0]] * len(positive)):
        return [Cause("hardcoded-pos-weight", detail=f"positives weigh {told(positive[0])}, whatever the labels are")]
    fitting = [name for name, weight in POSITIVE_WEIGHTS.items() if _close(positive, [weight(*of) for of in counts])]
    return [Cause("wrong-pos-weight", _only(fitting), detail)]


def _without_fixed_weights(profile: Profile) -> Cause:
    """Explain a loss in which the weights of a class differ within a batch, or from batch to batch."""
    factors, ratios = [], []
    for case in profile.cases:
        for batch in case.moderate:
            of_batch = batch.factors() or batch.factors_after_sigmoid()
            if of_batch is None:
                return Cause("wrong-pos-weight", "no-cross-entropy")
            with np.errstate(all="ignore"):
                factors.append(float(np.float64(of_batch[0]) / of_batch[1]))
            ratios.append(ratio(batch.targets))
    return Cause("wrong-pos-weight", "ratio-of-the-batch" if _close(factors, ratios) else "")


def reduction_mistakes(profile: Profile) -> list[Cause]:
    """Explain a loss that is not the mean over the batch."""
    if profile.reduction == "none":
        found = [] if profile.does_something else weight_mistakes(profile)
        return [*found, _not_reduced([batch for case in profile.cases for batch in case.moderate])]
    if not profile.does_something or (profile.reduction == "unknown" and profile.divisors is None):
        return weight_mistakes(profile)
    return [Cause("wrong-reduction", profile.reduction if profile.reduction in REDUCTIONS else "")]


def _not_reduced(batches: Sequence[Batch]) -> Cause:
    one_each = all(batch.value.size == len(batch.targets) for batch in batches)
    detail = f"a batch of {len(batches[0].targets)} examples gives a loss of shape {batches[0].value.shape}"
    return Cause("wrong-reduction", "none" if one_each else "", detail)


def range_mistakes(profile: Profile, case: Case) -> list[Cause]:
    """Explain wrong values or gradients at extreme logits."""
    found = _weight_mistakes(profile)
    weights = profile.weights(case)
    unstable = None if weights is None else profile.unstable_from(case, weights)
    explained = profile.takes_sigmoid or any(cause.id == "bce-on-probabilities" for cause in found)
    if unstable is not None and profile.does_something and not explained:
        found.append(Cause("bce-on-probabilities", detail=f"value or gradient is off from logits of {unstable:g} on"))
    return found or [Cause("bce-on-probabilities")]


def _roughly_right(profile: Profile) -> bool:
    """Whether moderate values are only a few per cent off, as those of logarithms guarded by a large epsilon are."""
    found, wanted = [], []
    for case in profile.cases:
        for batch in case.moderate:
            each = np.where(batch.targets == 1.0, case.right_weight, 1.0) * cross_entropy(batch.logits, batch.targets)
            found.append(batch.mean)
            wanted.append(float(each.mean()))
    return close(found, wanted, rtol=_ROUGHLY, atol=0.0)


def _only(names: Sequence[str]) -> str:
    """Return the one name that fits; of several that do, none."""
    return names[0] if len(names) == 1 else ""


def _close(values: Sequence[float], wanted: Sequence[float]) -> bool:
    return close(values, wanted, rtol=WEIGHT_TOLERANCE, atol=1e-8)
