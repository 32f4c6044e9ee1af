"""What the probe `weighted_loss` observes of `make_loss`, and the weights and the reduction that it shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np

from grading.run.observations import Floats, Observation, ReportedError, ReturnedNumber, Sized
from hidden_tests.compare import close
from hidden_tests.observations.measured_loss import WEIGHT_TOLERANCE, Batch, ObservedLoss, wrong_logits_cost_more
from hidden_tests.oracle import ratio

Weights = tuple[float, float]  # of a positive and of a negative example

# What the sum over a batch may be divided by: computed from its targets, the training labels and the classes' weights.
# The mean is right; the others are variants of the mistake `wrong-reduction`.
REDUCTIONS: Mapping[str, Callable[[Floats, Floats, Weights], float]] = {
    "mean": lambda targets, labels, weights: len(targets),  # noqa: ARG005 - same signature
    "sum": lambda targets, labels, weights: 1.0,  # noqa: ARG005
    "sum-of-weights": lambda targets, labels, weights: float(np.sum(np.where(targets == 1.0, *weights))),  # noqa: ARG005
    "number-of-positives": lambda targets, labels, weights: float(np.sum(targets == 1.0)),  # noqa: ARG005
    "training-labels": lambda targets, labels, weights: len(labels),  # noqa: ARG005
}


class SingleClass(Observation, frozen=True, kw_only=True):
    """The loss for labels of a single class."""

    error: ReportedError | None
    result: ReturnedNumber  # the loss of a batch of negatives


class Observed(Observation, frozen=True, kw_only=True):
    """The reply of the probe."""

    cases: Annotated[list[ObservedLoss], Sized()]
    single_class: SingleClass


@dataclass(frozen=True, kw_only=True)
class LossCase:
    """A loss made from one set of labels, measured on moderate and on extreme logits."""

    labels: Floats  # (n,)
    moderate: Sequence[Batch]
    extreme: Sequence[Batch]

    @property
    def counts(self) -> tuple[float, float]:
        """Return how many labels are positive, and how many are negative."""
        return float(np.sum(self.labels == 1.0)), float(np.sum(self.labels == 0.0))

    @property
    def right_weights(self) -> Weights:
        """Return what each class should weigh: positives n_neg / n_pos, negatives 1."""
        return ratio(self.labels), 1.0


@dataclass(frozen=True)
class LossProfile:
    """Everything observed of one `make_loss`."""

    cases: Sequence[LossCase]

    @cached_property
    def reduction(self) -> str:
        """Return `none`, the name in REDUCTIONS with which the weights are the same in every batch, or `unknown`."""
        if not all(batch.is_scalar for batch in self._moderate):
            return "none"
        possible = [name for name in REDUCTIONS if all(self._weights_under(name, case) for case in self.cases)]
        # A sum with weights of one over the number of labels is the right weights, divided by that number.
        right = [name for name in possible if all(self._has_right_weights_under(name, case) for case in self.cases)]
        return next(iter([*right, *possible]), "unknown")

    @property
    def reduction_is_open(self) -> bool:
        """Return whether it cannot be seen how the loss is reduced."""
        return not self.is_differentiable or (self.reduction == "unknown" and not self.is_right_up_to_a_factor)

    @property
    def is_differentiable(self) -> bool:
        """Return whether every loss has a gradient with respect to its logits."""
        batches = (batch for case in self.cases for batch in (*case.moderate, *case.extreme))
        return all(batch.gradient is not None for batch in batches)

    @cached_property
    def is_right_up_to_a_factor(self) -> bool:
        """Return whether positives weigh the right multiple of negatives in every batch, whatever divides both."""
        for case in self.cases:
            for batch in case.moderate:
                factors = batch.factors()
                if factors is None or not factors[1]:
                    return False
                with np.errstate(all="ignore"):
                    if not weights_agree([factors[0] / factors[1]], [case.right_weights[0]]):
                        return False
        return True

    @property
    def takes_sigmoid(self) -> bool:
        """Return whether the loss puts the logits through a sigmoid before a loss that expects logits."""
        return not all(batch.factors() for batch in self._moderate) and all(
            batch.factors_after_sigmoid() for batch in self._moderate
        )

    @cached_property
    def wrong_logits_cost_more(self) -> bool:
        """Return whether wrong logits cost more than right ones, for each set of labels."""
        return all(wrong_logits_cost_more(case.moderate, case.extreme) for case in self.cases)

    def weights(self, case: LossCase) -> Weights | None:
        """Return what each class weighs in the loss of a case; None if the weights vary."""
        return self._weights_under(self.reduction, case)

    def is_weighted_cross_entropy(self, batch: Batch, case: LossCase, weights: Weights) -> bool:
        """Return whether value and gradient of a batch are those of the cross-entropy with these weights.

        The batch may be reduced in whatever way this loss reduces all of them.
        """
        with np.errstate(all="ignore"):
            share = _share(self.reduction, batch, case, weights)
            return batch.is_cross_entropy(positives=weights[0] * share, negatives=weights[1] * share)

    def unstable_from(self, case: LossCase, weights: Weights) -> float | None:
        """Return the size of the smallest extreme logits at which value or gradient is wrong; None if none is."""
        wrong = [batch for batch in case.extreme if not self.is_weighted_cross_entropy(batch, case, weights)]
        return min((float(np.abs(batch.logits).max()) for batch in wrong), default=None)

    @property
    def _moderate(self) -> list[Batch]:
        return [batch for case in self.cases for batch in case.moderate]

    def _has_right_weights_under(self, reduction: str, case: LossCase) -> bool:
        weights = self._weights_under(reduction, case)
        return weights is not None and weights_agree(weights, case.right_weights)

    @np.errstate(all="ignore")
    def _weights_under(self, reduction: str, case: LossCase) -> Weights | None:
        """Return the weights if this loss is reduced in this way; None if they then differ between batches."""
        found = []
        for batch in case.moderate:
            factors = batch.factors() or batch.factors_after_sigmoid()
            if factors is None or not all(np.isfinite(factors)):
                return None
            if reduction == "sum-of-weights":
                # Divided by the sum of the weights, only their ratio is left.
                total = factors[0] * np.sum(batch.targets == 1.0) + factors[1] * np.sum(batch.targets == 0.0)
                if factors[1] == 0 or not weights_agree([total], [1.0]):
                    return None
                found.append((factors[0] / factors[1], 1.0))
            else:
                share = _share(reduction, batch, case, (1.0, 1.0))
                found.append((factors[0] / share, factors[1] / share))
        same = [found[0]] * len(found)
        return found[0] if close(found, same, rtol=WEIGHT_TOLERANCE, atol=WEIGHT_TOLERANCE) else None


def weights_agree(weights: Sequence[float], expected: Sequence[float]) -> bool:
    """Return whether weights that were recovered from gradients are the expected ones."""
    return close(weights, expected, rtol=WEIGHT_TOLERANCE, atol=1e-8)


def _share(reduction: str, batch: Batch, case: LossCase, weights: Weights) -> float:
    """Return what an example of weight one adds to the loss, in cross-entropies."""
    divisor = REDUCTIONS.get(reduction, REDUCTIONS["sum"])
    return float(1.0 / np.float64(divisor(batch.targets, case.labels, weights)))
