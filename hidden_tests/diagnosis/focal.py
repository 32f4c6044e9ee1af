"""What a focal loss does, told from its values and gradients: its focusing factor, its class weights, its reduction."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hidden_tests.oracle import Floats, cross_entropy, sigmoid

# The contract's, against float64. Right solutions in eight styles are within 4e-6; see tests/submissions.
TOLERANCE = 1e-4
# Of the central differences below, in logits.
_STEP = 1e-5


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One batch and what one loss made of it."""

    logits: Floats  # (b,)
    targets: Floats  # (b,)
    value: Floats  # as it came
    gradient: Floats | None  # (b,), of the value's sum


@dataclass(frozen=True, kw_only=True)
class Case:
    """A loss with its arguments, measured on moderate and on extreme logits."""

    gamma: float
    alpha: float | None
    moderate: Sequence[Batch]
    extreme: Sequence[Batch]


Focusing = Callable[[Floats, Floats, float], Floats]
Weighing = Callable[[Floats, float | None], Floats]
Reduction = Callable[[Floats, Floats], Floats | np.floating[Any]]


def _right_share(logits: Floats, targets: Floats) -> Floats:
    """Return 1 - p_t."""
    return sigmoid(np.where(targets == 1.0, -logits, logits))


def _by_class(positive: float, negative: float) -> Callable[[Floats], Floats]:
    return lambda targets: np.where(targets == 1.0, positive, negative)


# The first of each is right; the others are ways to get it wrong that candidates find.
FOCUSING: dict[str, Focusing] = {
    "right": lambda x, y, gamma: _right_share(x, y) ** gamma,
    "none": lambda x, y, gamma: np.ones_like(x),  # noqa: ARG005 - same signature
    "of the easy": lambda x, y, gamma: (1 - _right_share(x, y)) ** gamma,
    "of the positive class": lambda x, y, gamma: sigmoid(-x) ** gamma,  # noqa: ARG005
    "of the negative class": lambda x, y, gamma: sigmoid(x) ** gamma,  # noqa: ARG005
    "fixed": lambda x, y, gamma: _right_share(x, y) ** 2.0,  # noqa: ARG005
    "multiplied": lambda x, y, gamma: _right_share(x, y) * gamma,
}
WEIGHING: dict[str, Weighing] = {
    "right": lambda y, alpha: np.ones_like(y) if alpha is None else np.where(y == 1.0, alpha, 1 - alpha),
    "ignored": lambda y, alpha: np.ones_like(y),  # noqa: ARG005
    "swapped": lambda y, alpha: np.ones_like(y) if alpha is None else np.where(y == 1.0, 1 - alpha, alpha),
    "positives alone": lambda y, alpha: np.ones_like(y) if alpha is None else np.where(y == 1.0, alpha, 1.0),
    "negatives alone": lambda y, alpha: np.ones_like(y) if alpha is None else np.where(y == 1.0, 1.0, 1 - alpha),
    "both alike": lambda y, alpha: np.full_like(y, 1.0 if alpha is None else alpha),
    "half without": lambda y, alpha: np.where(y == 1.0, *((0.5, 0.5) if alpha is None else (alpha, 1 - alpha))),
    "quarter without": lambda y, alpha: np.where(y == 1.0, *((0.25, 0.75) if alpha is None else (alpha, 1 - alpha))),
}
REDUCTIONS: dict[str, Reduction] = {
    "mean": lambda losses, weights: np.mean(losses),  # noqa: ARG005
    "sum": lambda losses, weights: np.sum(losses),  # noqa: ARG005
    "none": lambda losses, weights: losses,  # noqa: ARG005
    "weighted": lambda losses, weights: np.sum(losses) / np.sum(weights),
    "mean and halved": lambda losses, weights: np.mean(losses) / 2,  # noqa: ARG005
}


@dataclass(frozen=True, kw_only=True)
class Formula:
    """One way to compute the loss."""

    focusing: str
    weighing: str
    reduction: str

    def value(self, logits: Floats, targets: Floats, case: Case) -> Floats:
        """Return the loss of a batch."""
        weights = WEIGHING[self.weighing](targets, case.alpha)
        losses = weights * FOCUSING[self.focusing](logits, targets, case.gamma) * cross_entropy(logits, targets)
        return np.asarray(REDUCTIONS[self.reduction](losses, weights))

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
        wanted = self.value(batch.logits, batch.targets, case)
        return batch.value.size == wanted.size and bool(
            np.allclose(batch.value.ravel(), wanted.ravel(), rtol=TOLERANCE, atol=TOLERANCE)
        )

    def explains_slope(self, batch: Batch, case: Case) -> bool:
        """Whether this is the gradient that was observed; between gamma 0 and 1 there is none to speak of."""
        if 0 < case.gamma < 1:
            return True
        return batch.gradient is not None and bool(
            np.allclose(batch.gradient, self.gradient(batch, case), rtol=TOLERANCE, atol=TOLERANCE)
        )


RIGHT = Formula(focusing="right", weighing="right", reduction="mean")


@dataclass(frozen=True)
class FocalProfile:
    """Everything observed of one `FocalLoss`."""

    cases: Sequence[Case]

    @cached_property
    def formula(self) -> Formula | None:
        """What this loss computes on moderate logits: of the formulas that fit, that with the fewest departures."""
        formulas = [
            Formula(focusing=focusing, weighing=weighing, reduction=reduction)
            for focusing, weighing, reduction in itertools.product(FOCUSING, WEIGHING, REDUCTIONS)
        ]
        formulas.sort(key=lambda f: sum((f.focusing != "right", f.weighing != "right", f.reduction != "mean")))
        for formula in formulas:
            if all(formula.explains(batch, case) for case in self.cases for batch in case.moderate):
                return formula
        return None

    @property
    def slopes_agree(self) -> bool:
        """Whether the gradients on moderate logits are those of the formula."""
        formula = self.formula or RIGHT
        return all(formula.explains_slope(batch, case) for case in self.cases for batch in case.moderate)

    @property
    def survives_extremes(self) -> bool:
        """Whether value and gradient stay exact at extreme logits, whatever the formula."""
        batches = [(case, batch) for case in self.cases for batch in case.extreme]
        if self.formula is None:
            return all(np.isfinite(batch.value).all() for _, batch in batches)
        exact = all(self.formula.explains(batch, case) for case, batch in batches)
        # A wrong slope at moderate logits is another mistake's.
        return exact and (not self.slopes_agree or all(self.formula.explains_slope(b, c) for c, b in batches))


def focusing_mistakes(profile: FocalProfile) -> list[str]:
    """Explain a focusing factor that is not (1 - p_t)^gamma, or whose gradient is another."""
    formula = profile.formula
    if formula is not None and formula.focusing == "none":
        return ["no-focusing"]
    return ["wrong-focusing"]
