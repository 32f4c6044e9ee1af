"""What the probe `sampler` observes of the sampler that `make_sampler` returns, and the shares that its draws show."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np

from grading.run.observations import (
    AtMost,
    Count,
    Floats,
    Indices,
    Observation,
    ReportedError,
    Sized,
    Values,
)
from hidden_tests.compare import all_true

# How many standard deviations a share of the draws may be off. A right sampler is beyond it once in five hundred
# million runs; a share that is wrong by a tenth is beyond it ten times over, with the draws that are made here.
SIGMAS = 6.0
# Of the examples of a class, how many at least are drawn when each should be some twenty times.
_ALMOST_ALL = 0.95


class ObservedSampler(Observation, frozen=True, kw_only=True):
    """What one sampler drew.

    A draw that is beyond int64 is not noted; it ends the drawing as an error does.
    """

    draws: Annotated[Indices, Values(AtMost("draws", 4), 2)]  # of each draw the number of its epoch, and what was drawn
    epochs: Count  # that were begun and ended; the last may be without draws
    weighted: bool  # whether it is a WeightedRandomSampler
    error: ReportedError | None  # that drawing ended with


class Observed(Observation, frozen=True, kw_only=True):
    """The reply of the probe."""

    cases: Annotated[list[ObservedSampler], Sized()]


@dataclass(frozen=True, kw_only=True)
class Draws:
    """A sampler made from one set of labels, and what it drew."""

    labels: Floats  # (n,)
    wanted: int  # how many draws there should be, in as many epochs as that takes
    draws: Indices  # (m, 2): of each draw the number of its epoch, and what was drawn
    epochs: int  # that were drawn, the last perhaps without a draw
    weighted: bool  # whether the sampler is a WeightedRandomSampler
    error: ReportedError | None  # that drawing ended with

    @property
    def drawn(self) -> Indices:
        """Return what was drawn, in all epochs."""
        return self.draws[:, 1]

    @cached_property
    def lengths(self) -> list[int]:
        """Return how many draws each epoch was."""
        counts = [int(count) for count in np.unique(self.draws[:, 0], return_counts=True)[1]]
        return [*counts, 0] if len(counts) < self.epochs else counts

    @cached_property
    def in_range(self) -> bool:
        """Return whether there are draws, and each is the index of a label."""
        return len(self.draws) > 0 and all_true((self.drawn >= 0) & (self.drawn < len(self.labels)))

    @property
    def is_complete(self) -> bool:
        """Return whether there are as many draws as there should be, each the index of a label."""
        return self.in_range and len(self.draws) >= self.wanted

    @property
    def natural_share(self) -> float:
        """Return which share of the labels is positive."""
        return float(self.labels.mean())

    @property
    def share(self) -> float:
        """Return which share of the draws is positive."""
        return float(self.labels[self.drawn].mean())

    def is_share(self, expected: float) -> bool:
        """Return whether the draws agree with this probability of a positive example."""
        return shares_agree(self.share, expected, len(self.draws))

    @property
    def reaches_all(self) -> bool:
        """Return whether nearly all examples of each class are drawn."""
        drawn = np.zeros(len(self.labels), dtype=bool)
        drawn[self.drawn] = True
        return all(float(drawn[self.labels == label].mean()) >= _ALMOST_ALL for label in (0.0, 1.0))

    @cached_property
    def repeats(self) -> bool:
        """Return whether some epoch draws an example twice."""
        return len(np.unique(self.draws, axis=0)) < len(self.draws)

    @cached_property
    def ignores_labels(self) -> bool:
        """Return whether the draws may come without a look at the labels: evenly, in order, or always the same one.

        In epochs that have each example once the order decides: drawn by weight, the rare class comes first.
        """
        if len(np.unique(self.drawn)) == 1:
            return True
        if self.repeats:
            return self.reaches_all and self.is_share(self.natural_share)
        epochs = np.split(self.drawn, np.cumsum(self.lengths)[:-1])
        early = np.concatenate([epoch[: (len(epoch) + 1) // 2] for epoch in epochs])
        always_the_same = len({epoch.tobytes() for epoch in epochs}) == 1
        return always_the_same or shares_agree(float(self.labels[early].mean()), self.natural_share, len(early))

    @property
    def shares_text(self) -> str:
        """Return a text with the share of positives among the draws and among the labels."""
        if not self.in_range:
            return "drew something that is the index of no label" if len(self.draws) else "drew nothing"
        return f"{self.share:.0%} of the draws are positive, {self.natural_share:.0%} of the labels"

    @property
    def lengths_text(self) -> str:
        """Return a text with the lengths of the epochs and the number of labels."""
        found = ", ".join(str(length) for length in sorted(set(self.lengths))[:3]) or "no"
        return f"an epoch is {found} draws for {len(self.labels)} labels"


def shares_agree(share: float, expected: float, draws: int) -> bool:
    """Return whether a share of so many draws is within SIGMAS standard deviations of a probability."""
    return abs(share - expected) <= SIGMAS * float(np.sqrt(expected * (1 - expected) / draws))


def labels_matter(cases: Sequence[Draws]) -> bool:
    """Return whether there are draws for each set of labels, and for any of them they depend on the labels."""
    return all(case.in_range for case in cases) and not all(case.ignores_labels for case in cases)
