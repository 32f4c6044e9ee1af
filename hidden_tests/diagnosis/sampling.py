"""What a sampler does, told from its draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grading.run.explain import Cause
from grading.run.observations import Indices, ReportedError
from hidden_tests.compare import all_true
from hidden_tests.oracle import Floats

# Standard deviations. A right sampler is beyond it once in five hundred million; a share that is off by a tenth is
# beyond it with the draws that are made here, ten times over.
SIGMAS = 6.0
# Of the examples of a class, how many at least are drawn when each should be some twenty times.
_ALMOST_ALL = 0.95
# By how much a share is farther from equal than the data's, at least, to be called inverted.
_FARTHER = 0.02


@dataclass(frozen=True, kw_only=True)
class Draws:
    """A sampler made from one set of labels, and what it drew."""

    labels: Floats  # (n,)
    wanted: int  # how many draws it was asked for, in as many epochs as that takes
    draws: Indices  # (m, 2): of each draw the number of its epoch, and what was drawn
    epochs: int  # that were drawn, the last perhaps without a draw
    weighted: bool  # whether it is a WeightedRandomSampler
    error: ReportedError | None  # that drawing ended with

    @property
    def drawn(self) -> Indices:
        """What was drawn, in all epochs."""
        return self.draws[:, 1]

    @cached_property
    def lengths(self) -> list[int]:
        """How many draws each epoch was."""
        counts = [int(count) for count in np.unique(self.draws[:, 0], return_counts=True)[1]]
        return [*counts, 0] if len(counts) < self.epochs else counts

    @cached_property
    def in_range(self) -> bool:
        """Whether there are draws, and each is the index of a label."""
        return len(self.draws) > 0 and all_true((self.drawn >= 0) & (self.drawn < len(self.labels)))

    @property
    def is_complete(self) -> bool:
        """Whether as many draws were made as were asked for, each the index of a label."""
        return self.in_range and len(self.draws) >= self.wanted

    @property
    def natural_share(self) -> float:
        """How many of the labels are positive."""
        return float(self.labels.mean())

    @property
    def share(self) -> float:
        """How many of the draws are positive."""
        return float(self.labels[self.drawn].mean())

    def is_share(self, expected: float) -> bool:
        """Whether the draws agree with a probability of being positive."""
        return _agree(self.share, expected, len(self.draws))

    @property
    def is_nearer_to_equal(self) -> bool:
        """Whether the classes are drawn more equally than they occur."""
        nearer = abs(self.share - 0.5) < abs(self.natural_share - 0.5)
        return nearer and not self.is_share(self.natural_share)

    @property
    def overshoots(self) -> bool:
        """Whether the rare class is drawn more often than the other."""
        return (self.share - 0.5) * (self.natural_share - 0.5) < 0 and not self.is_share(0.5)

    @property
    def reaches_all(self) -> bool:
        """Whether nearly all examples are drawn, within each class."""
        drawn = np.zeros(len(self.labels), dtype=bool)
        drawn[self.drawn] = True
        return all(float(drawn[self.labels == label].mean()) >= _ALMOST_ALL for label in (0.0, 1.0))

    @property
    def reaches_the_first_alone(self) -> bool:
        """Whether only a few examples are drawn, those that come first."""
        found = np.unique(self.drawn)
        return len(found) < len(self.labels) / 2 and int(found[-1]) == len(found) - 1

    @cached_property
    def repeats(self) -> bool:
        """Whether some epoch draws an example twice."""
        return len(np.unique(self.draws, axis=0)) < len(self.draws)

    @cached_property
    def ignores_labels(self) -> bool:
        """Whether it may have drawn without a look at the labels: evenly, in order, or the same example always.

        Of epochs that have each example once it is the order that tells: drawn by weight, the rare class comes first.
        """
        if len(np.unique(self.drawn)) == 1:
            return True
        if self.repeats:
            return self.reaches_all and self.is_share(self.natural_share)
        epochs = np.split(self.drawn, np.cumsum(self.lengths)[:-1])
        early = np.concatenate([epoch[: (len(epoch) + 1) // 2] for epoch in epochs])
        always_the_same = len({epoch.tobytes() for epoch in epochs}) == 1
        return always_the_same or _agree(float(self.labels[early].mean()), self.natural_share, len(early))

    @property
    def shares_text(self) -> str:
        """What share of the draws is positive, and of the labels."""
        if not self.in_range:
            return "drew something that is the index of no label" if len(self.draws) else "drew nothing"
        return f"{self.share:.0%} of the draws are positive, {self.natural_share:.0%} of the labels"

    @property
    def lengths_text(self) -> str:
        """How many draws an epoch is, and should be."""
        found = ", ".join(str(length) for length in sorted(set(self.lengths))[:3]) or "no"
        return f"an epoch is {found} draws for {len(self.labels)} labels"


def do_something(cases: Sequence[Draws]) -> bool:
    """Whether there are draws for each set of labels, and for any of them they depend on the labels."""
    return all(case.in_range for case in cases) and not all(case.ignores_labels for case in cases)


def balance_mistakes(cases: Sequence[Draws]) -> list[Cause]:
    """Explain classes that are not drawn with equal probability, or examples that are never drawn."""
    detail = "; ".join(case.shares_text for case in cases)
    usable = [case for case in cases if case.in_range]
    if usable and not any(case.repeats for case in usable):
        # Of epochs that have each example once, the classes are as they were, whatever the examples weigh.
        uniform = all(case.is_complete and case.ignores_labels for case in cases)
        found = [Cause("without-replacement", detail=detail)]
        return [*found, Cause("uniform-sampler", detail=detail)] if uniform else found
    if not all(case.is_complete for case in cases):
        return [_without_draws(cases, detail)]
    if all(case.reaches_the_first_alone for case in cases):
        reached = ", ".join(f"{len(np.unique(case.drawn))} of {len(case.labels)}" for case in cases)
        return [Cause("class-weights-not-per-sample", detail=f"the first examples alone are drawn: {reached}")]
    # The rare class became rarer.
    farther = all(abs(case.share - 0.5) > abs(case.natural_share - 0.5) + _FARTHER for case in cases)
    if farther and not all(case.overshoots for case in cases):
        return [Cause("inverted-sampler", detail=detail)]
    if all(case.is_share(0.5) for case in cases) and not all(case.weighted for case in cases):
        return [Cause("wrong-signature", detail="the sampler is no WeightedRandomSampler")]
    if not all(case.reaches_all for case in cases):
        return [Cause("class-weights-not-per-sample", detail=detail)]
    if any(case.is_nearer_to_equal or case.overshoots for case in cases):
        overshoots = all(case.overshoots for case in cases)
        return [Cause("partly-balanced", "overshoots" if overshoots else "", detail)]
    return [Cause("uniform-sampler", detail=detail)]


def repetition_mistakes(cases: Sequence[Draws]) -> list[Cause]:
    """Explain epochs in which nothing is drawn twice."""
    of_weights = do_something(cases) and not all(case.reaches_the_first_alone for case in cases)
    return [Cause("without-replacement")] if of_weights else balance_mistakes(cases)


def length_mistakes(cases: Sequence[Draws]) -> list[Cause]:
    """Explain epochs that are not as many draws as there are labels."""
    found = [] if do_something(cases) else balance_mistakes(cases)
    wrong = [case for case in cases if case.in_range and set(case.lengths) != {len(case.labels)}]
    if wrong:
        found.append(Cause("wrong-draws", detail="; ".join(case.lengths_text for case in wrong)))
    return found


def _without_draws(cases: Sequence[Draws], detail: str) -> Cause:
    """Explain draws that are missing, or that are no index."""
    raised = [case.error for case in cases if case.error is not None]
    if raised:
        return Cause.of(raised[0])
    if not any(len(case.draws) for case in cases):
        return Cause("not-implemented", detail="the sampler draws nothing")
    if all(case.in_range for case in cases):
        return Cause("wrong-signature", detail="after some epochs the sampler draws nothing more")
    return Cause("class-weights-not-per-sample", detail=detail)


def _agree(share: float, expected: float, draws: int) -> bool:
    return abs(share - expected) <= SIGMAS * float(np.sqrt(expected * (1 - expected) / draws))
