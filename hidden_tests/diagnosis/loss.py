"""What a loss function does, told from its values and gradients: its weights, its reduction, its numerical range."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grading.run.explain import Cause
from hidden_tests.compare import close
from hidden_tests.describe import describe
from hidden_tests.diagnosis.loss_batch import WEIGHT_TOLERANCE, Batch, tells_right_from_wrong
from hidden_tests.diagnosis.loss_weights import POSITIVE_WEIGHTS, REDUCTIONS, WEIGHTS_OF_BOTH
from hidden_tests.oracle import Floats, cross_entropy, ratio

# What an epsilon of 1e-2 inside the logarithms does to moderate losses, and more than rounding ever does.
_ROUGHLY = 0.05


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
        return not differentiable(self) or (self.reduction == "unknown" and not self.is_right_up_to_a_factor)

    @cached_property
    def is_right_up_to_a_factor(self) -> bool:
        """Whether positives weigh the right multiple of negatives in every batch, whatever both are divided by."""
        for case in self.cases:
            for batch in case.moderate:
                factors = batch.factors()
                if factors is None or not factors[1]:
                    return False
                with np.errstate(all="ignore"):
                    if not _close([factors[0] / factors[1]], [case.right_weight]):
                        return False
        return True

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
        if profile.reduction == "unknown" and profile.is_right_up_to_a_factor:
            return found
        return [*found, Cause("bce-on-probabilities") if _roughly_right(profile) else _without_fixed_weights(profile)]
    return [*found, *_mistakes_of_weights(profile, known)]


def _mistakes_of_weights(profile: Profile, weights: Sequence[tuple[float, float]]) -> list[Cause]:
    """Explain weights of positives and negatives that are the same in every batch, given for each set of labels."""
    counts = [case.counts for case in profile.cases]
    ratios = [case.right_weight for case in profile.cases]
    positive, negative = [pair[0] for pair in weights], [pair[1] for pair in weights]
    ones = [1.0] * len(weights)
    detail = (
        f"positives weigh {describe(positive)}, negatives {describe(negative)} where n_neg / n_pos is {describe(ratios)}"
    )
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
        detail = f"positives weigh {describe(positive[0])}, whatever the labels are"
        return [Cause("hardcoded-pos-weight", detail=detail)]
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
    if not profile.does_something or (profile.reduction == "unknown" and not profile.is_right_up_to_a_factor):
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
