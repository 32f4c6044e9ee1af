"""What the probe `loss` observes of `make_loss` and of the functions that it returns."""

from typing import Annotated

from grading.run.observations import Floats, Observation, ReportedError, ReturnedNumber, Sized, Values

# A loss that is not reduced has a value for each example, or for each pair of them: at most 13 examples are in a
# batch and 50 in a set of labels.
MOST_VALUES = 1024


class Measured(Observation, frozen=True, kw_only=True):
    """A loss on one batch."""

    value: Annotated[Floats, Values(most=MOST_VALUES)]  # as it was returned
    gradient: Annotated[Floats | None, Values("rows")]  # of the value's sum, for each logit; None if there is none


class ObservedLoss(Observation, frozen=True, kw_only=True):
    """A loss function, on each of its batches."""

    batches: Annotated[list[Measured], Sized()]


class SingleClass(Observation, frozen=True, kw_only=True):
    """What labels of a single class lead to."""

    error: ReportedError | None
    result: ReturnedNumber  # the loss of a batch of negatives


class Observed(Observation, frozen=True, kw_only=True):
    """The reply of the probe."""

    cases: Annotated[list[ObservedLoss], Sized()]
    single_class: SingleClass
