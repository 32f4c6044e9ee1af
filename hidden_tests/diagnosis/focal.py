"""What a focal loss does, told from its values and gradients: its focusing factor, its class weights, its reduction."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from grading.run.explain import Cause
from hidden_tests.compare import all_true
from hidden_tests.observations.measured_loss import Batch, wrong_logits_cost_more
from hidden_tests.oracle import Floats, cross_entropy, sigmoid

# Of the central differences below, in logits.
_STEP = 1e-5


@dataclass(frozen=True, kw_only=True)
class Case:
    """A loss with its arguments, measured on moderate and on extreme logits."""

    gamma: float
    alpha: float | None
    moderate: Sequence[Batch]
    extreme: Sequence[Batch]


Focusing = Callable[[Floats, Floats, float], Floats]
Weighing = Callable[[Floats, float | None], Floats]
Reduction = Callable[[Floats, Floats, Floats], Floats | np.floating[Any]]


def _right_share(logits: Floats, targets: Floats) -> Floats:
    """Return 1 - p_t."""
    return sigmoid(np.where(targets == 1.0, -logits, logits))


# The first of each is right; the others are ways to get it wrong that candidates find, by the names of their variants.
FOCUSING: Mapping[str, Focusing] = {
    "right": lambda x, y, gamma: _right_share(x, y) ** gamma,
    "none": lambda x, y, gamma: np.ones_like(x),  # noqa: ARG005 - same signature
    "of-the-easy": lambda x, y, gamma: (1 - _right_share(x, y)) ** gamma,
    "of-the-positive-class": lambda x, y, gamma: sigmoid(-x) ** gamma,  # noqa: ARG005
    "of-the-negative-class": lambda x, y, gamma: sigmoid(x) ** gamma,  # noqa: ARG005
    "fixed-gamma": lambda x, y, gamma: _right_share(x, y) ** 2.0,  # noqa: ARG005
    "multiplied": lambda x, y, gamma: _right_share(x, y) * gamma,
}
WEIGHING: Mapping[str, Weighing] = {
    "right": lambda y, alpha: np.ones_like(y) if alpha is None else np.where(y == 1.0, alpha, 1 - alpha),
    "ignored": lambda y, alpha: np.ones_like(y),  # noqa: ARG005
    "swapped": lambda y, alpha: np.ones_like(y) if alpha is None else np.where(y == 1.0, 1 - alpha, alpha),
    "positives-alone": lambda y, alpha: np.ones_like(y) if alpha is None else np.where(y == 1.0, alpha, 1.0),
    "negatives-alone": lambda y, alpha: np.ones_like(y) if alpha is None else np.where(y == 1.0, 1.0, 1 - alpha),
    "both-alike": lambda y, alpha: np.full_like(y, 1.0 if alpha is None else alpha),
    "half-without": lambda y, alpha: np.where(y == 1.0, *((0.5, 0.5) if alpha is None else (alpha, 1 - alpha))),
    "quarter-without": lambda y, alpha: np.where(y == 1.0, *((0.25, 0.75) if alpha is None else (alpha, 1 - alpha))),
}
REDUCTIONS: Mapping[str, Reduction] = {
    "mean": lambda losses, weights, y: np.mean(losses),  # noqa: ARG005
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
        """In how many of the three it differs from what is right."""
        return sum((self.focusing != "right", self.weighing != "right", self.reduction != "mean"))

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

    def explains(self, batch: Batch, case: Case) -> bool:
        """Whether this is the value that was observed."""
        return batch.has_value(self.value(batch.logits, batch.targets, case))

    def explains_slope(self, batch: Batch, case: Case) -> bool:
        """Whether this is the gradient that was observed; between gamma 0 and 1 there is none to speak of."""
        return 0 < case.gamma < 1 or batch.has_gradient(self.gradient(batch, case))


RIGHT = Formula(focusing="right", weighing="right", reduction="mean")
FORMULAS = sorted(
    (
        Formula(focusing=focusing, weighing=weighing, reduction=reduction)
        for focusing, weighing, reduction in itertools.product(FOCUSING, WEIGHING, REDUCTIONS)
    ),
    key=lambda formula: formula.departures,
)


@dataclass(frozen=True)
class FocalProfile:
    """Everything observed of one `FocalLoss`."""

    cases: Sequence[Case]

    @cached_property
    def fitting(self) -> Sequence[Formula]:
        """The formulas that give what was observed on moderate logits: of all that fit, those nearest to the right."""
        fitting = [
            formula
            for formula in FORMULAS
            if all(formula.explains(batch, case) for case in self.cases for batch in case.moderate)
        ]
        return [formula for formula in fitting if formula.departures == fitting[0].departures]

    @property
    def formula(self) -> Formula | None:
        """What this loss computes on moderate logits; None if no known formula gives it."""
        return self.fitting[0] if self.fitting else None

    @cached_property
    def does_something(self) -> bool:
        """Whether this is a known formula, or wrong logits cost more than right ones for all arguments."""
        return bool(self.fitting) or all(wrong_logits_cost_more(case.moderate, case.extreme) for case in self.cases)

    @cached_property
    def slopes_agree(self) -> bool:
        """Whether the gradients on moderate logits are those of the formula."""
        formula = self.formula or RIGHT
        return all(formula.explains_slope(batch, case) for case in self.cases for batch in case.moderate)

    @property
    def stays_finite(self) -> bool:
        """Whether every value at extreme logits is a finite number, or several."""
        values = [batch.value for case in self.cases for batch in case.extreme]
        return all(value.size > 0 and all_true(np.isfinite(value)) for value in values)

    @property
    def survives_extremes(self) -> bool:
        """Whether value and gradient stay exact at extreme logits, whatever the formula."""
        batches = [(case, batch) for case in self.cases for batch in case.extreme]
        if self.formula is None:
            return self.stays_finite
        exact = all(self.formula.explains(batch, case) for case, batch in batches)
        # A wrong slope at moderate logits is another mistake's.
        return exact and (not self.slopes_agree or all(self.formula.explains_slope(b, c) for c, b in batches))

    def variant(self, part: Literal["focusing", "weighing", "reduction"]) -> str:
        """Return the one name that the formulas that fit have for a part of it; of several, none."""
        names = {str(getattr(formula, part)) for formula in self.fitting}
        return names.pop() if len(names) == 1 else ""


def focusing_mistakes(profile: FocalProfile) -> list[Cause]:
    """Explain a focusing factor that is not (1 - p_t)^gamma, or whose gradient is another."""
    formula = profile.formula
    if formula is None:
        nothing = not profile.does_something
        return [Cause("wrong-focusing", "constant" if nothing else "", "" if nothing else "no known formula fits")]
    if formula.focusing == "right":
        return [Cause("wrong-focusing", "wrong-gradient")]
    if formula.focusing == "none":
        return [Cause("no-focusing")]
    return [Cause("wrong-focusing", profile.variant("focusing"))]


def weighing_mistakes(profile: FocalProfile) -> list[Cause]:
    """Explain classes that alpha does not weigh as it should."""
    return _nothing(profile) or [Cause("wrong-alpha", profile.variant("weighing"))]


def range_mistakes(profile: FocalProfile) -> list[Cause]:
    """Explain values or gradients that are wrong at extreme logits."""
    if profile.formula is None and (profile.stays_finite or not profile.does_something):
        return focusing_mistakes(profile)
    return [Cause("unstable-focal-loss")]


def reduction_mistakes(profile: FocalProfile) -> list[Cause]:
    """Explain a loss that is not the mean over the batch."""
    return _nothing(profile) or [Cause("wrong-focal-reduction", profile.variant("reduction"))]


def _nothing(profile: FocalProfile) -> list[Cause]:
    return [] if profile.does_something else focusing_mistakes(profile)
