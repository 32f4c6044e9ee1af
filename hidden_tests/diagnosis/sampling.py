"""What a sampler does, told from its draws."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hidden_tests.oracle import Floats

# Standard deviations. A right sampler is beyond it once in five hundred million; a share that is off by a tenth is
# beyond it with the draws that are made here, ten times over.
_SIGMAS = 6.0
# Of the examples of a class, how many at least are drawn when each should be some twenty times.
_ALMOST_ALL = 0.95


@dataclass(frozen=True, kw_only=True)
class Draws:
    """A sampler made from one set of labels, and what it drew."""

    labels: Floats  # (n,)
    drawn: NDArray[np.int64]  # of all epochs
    lengths: NDArray[np.int64]  # of each epoch
    weighted: bool  # whether it is a WeightedRandomSampler
    weights: int | None  # how many weights it has
    replacement: bool
    error: str | None  # that drawing ended with

    @property
    def in_range(self) -> bool:
        """Whether there are draws, and each is the index of a label."""
        return len(self.drawn) > 0 and bool(((self.drawn >= 0) & (self.drawn < len(self.labels))).all())

    @property
    def share(self) -> float:
        """How many of the draws are positive."""
        return float(self.labels[self.drawn].mean())

    def is_share(self, expected: float) -> bool:
        """Whether the draws agree with a probability of being positive."""
        return abs(self.share - expected) <= _SIGMAS * float(np.sqrt(expected * (1 - expected) / len(self.drawn)))

    @property
    def reaches_all(self) -> bool:
        """Whether nearly all examples are drawn, within each class."""
        drawn = np.zeros(len(self.labels), dtype=bool)
        drawn[self.drawn] = True
        return all(drawn[self.labels == label].mean() >= _ALMOST_ALL for label in (0.0, 1.0))

    @property
    def repeats(self) -> bool:
        """Whether some epoch draws an example twice."""
        epochs = np.split(self.drawn, np.cumsum(self.lengths)[:-1])
        return any(len(np.unique(epoch)) < len(epoch) for epoch in epochs)


def balance_mistakes(cases: Sequence[Draws]) -> list[str]:
    """Explain classes that are not drawn with equal probability, or examples that are never drawn."""
    if any(case.weights is not None and case.weights < len(case.labels) for case in cases):
        return ["class-weights-not-per-sample"]
    usable = [case for case in cases if case.in_range]
    if usable and not any(case.repeats for case in usable):
        return ["without-replacement"]
    if len(usable) < len(cases):
        return ["crash"] if any(case.error for case in cases) else ["class-weights-not-per-sample"]
    # A rare class that became rarer, and one that did not become more frequent.
    shares = [(case.share, float(case.labels.mean())) for case in cases]
    if all(abs(share - 0.5) > abs(natural - 0.5) + 0.02 for share, natural in shares):
        return ["inverted-sampler"]
    if all(case.is_share(0.5) for case in cases) and not all(case.weighted for case in cases):
        return ["wrong-signature"]
    if all(case.reaches_all for case in cases):
        return ["uniform-sampler"]
    return ["class-weights-not-per-sample"]


def repetition_mistakes(cases: Sequence[Draws]) -> list[str]:
    """Explain an epoch in which nothing is drawn twice."""
    return balance_mistakes(cases) if any(case.weights == 2 for case in cases) else ["without-replacement"]
