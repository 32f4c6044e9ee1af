"""What the probe `tracking` observes of two calls of `track_training`."""

from typing import Annotated

from msgspec import Meta

from grading.run.observations import Count, Floats, Observation, ReportedError, Text, Values, Word

# The probe sends no more names and points than these.
MOST_NAMES, MOST_POINTS, MOST_RUNS = 20, 200, 20


class Point(Observation, frozen=True, kw_only=True):
    """A value of a metric."""

    step: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    value: float


# The points of one metric.
Points = Annotated[list[Point], Meta(max_length=MOST_POINTS)]


class TrackedRun(Observation, frozen=True, kw_only=True):
    """A run as it is in the store."""

    status: Word
    experiment: Text
    epochs: Text | None  # the parameter
    parameters: Annotated[list[Text], Meta(max_length=MOST_NAMES)]  # the names
    names: Annotated[list[Text], Meta(max_length=MOST_NAMES)]  # of the metrics
    train_loss: Points
    precision: Points
    recall: Points
    f1: Points


class Observed(Observation, frozen=True, kw_only=True):
    """The reply of the probe."""

    returned: Text  # the id
    run: TrackedRun | None  # that the id stands for; None if it stands for none
    active: bool  # whether a run was left active
    final: Annotated[Floats, Values("parameters")]  # the model's parameters afterwards
    interrupted: bool  # whether the exception of the second training reached its caller as it was
    error: ReportedError | None  # what reached the caller of the second training
    statuses: Annotated[list[Word], Meta(max_length=MOST_RUNS)]  # of the runs that the second training left
    runs: Count  # how many these are
