"""What the probe `sampling` observes of the sampler that `make_sampler` returns."""

from typing import Annotated

from grading.run.observations import AtMost, Count, Indices, Observation, ReportedError, Sized, Values


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
