"""What the probe `experiment_tracking` observes of two calls of `track_training`, and the metrics that are expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from grading.run.observations import Count, Floats, Observation, ReportedError, Text, Values, Word
from hidden_tests.compare import close
from hidden_tests.describe import describe
from hidden_tests.oracle import METRICS

# Measured: right solutions log values within 1e-7 of the oracle's. Values of another epoch or split are at least 0.005
# away: the inputs are drawn until they are.
TOLERANCE = 1e-3
# What is logged of each epoch.
LOGGED = ("train_loss", *METRICS)
# The probe sends no more names and points than these.
MOST_NAMES, MOST_POINTS, MOST_RUNS = 20, 200, 20


class Point(Observation, frozen=True, kw_only=True):
    """A value of a metric."""

    step: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    value: float


# The points of one metric.
Points = Annotated[list[Point], Meta(max_length=MOST_POINTS)]


class TrackedRun(Observation, frozen=True, kw_only=True):
    """A run in the store."""

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

    returned: Text  # the id of the run
    run: TrackedRun | None  # the run with this id; None if there is none
    active: bool  # whether a run was left active
    final: Annotated[Floats, Values("parameters")]  # the model's parameters afterwards
    interrupted: bool  # whether the exception of the second training reached its caller unchanged
    error: ReportedError | None  # that reached the caller of the second training
    statuses: Annotated[list[Word], Meta(max_length=MOST_RUNS)]  # of the first runs that the second training left
    runs: Count  # that the second training left


@dataclass(frozen=True, kw_only=True)
class TrackedRuns:
    """One training that succeeds and one that fails, and what the first one should have logged."""

    observed: Observed
    initial: Floats  # the parameters before training
    # The test split's metrics before training; then, after each epoch, the loss and the test split's metrics.
    history: Sequence[Mapping[str, float]]
    of_training_split: Sequence[Mapping[str, float]]  # its metrics after each epoch

    @property
    def epochs(self) -> int:
        """Return the number of epochs."""
        return len(self.history) - 1

    @property
    def has_trained(self) -> bool:
        """Return whether training changed the model's parameters."""
        return not close(self.observed.final, self.initial, rtol=TOLERANCE, atol=TOLERANCE)

    def expected(self, name: str) -> list[float]:
        """Return the values of a metric after each epoch."""
        return [epoch[name] for epoch in self.history[1:]]

    def points(self, name: str) -> list[Point]:
        """Return the logged points of a metric, sorted by step."""
        points: list[Point] = [] if self.observed.run is None else getattr(self.observed.run, name)
        return sorted(points, key=lambda point: point.step)

    def steps(self, name: str) -> list[int]:
        """Return the steps at which a metric was logged."""
        return [point.step for point in self.points(name)]

    def values(self, name: str) -> list[float]:
        """Return the logged values of a metric, sorted by step."""
        return [point.value for point in self.points(name)]

    @property
    def missing(self) -> list[str]:
        """Return the metrics that have fewer points than there were epochs."""
        return [name for name in LOGGED if len(self.points(name)) < self.epochs]

    @property
    def has_steps(self) -> bool:
        """Return whether every metric was logged at the steps 0, 1, … or 1, 2, …."""
        from_0, from_1 = list(range(self.epochs)), list(range(1, self.epochs + 1))
        return all(self.steps(name) in (from_0, from_1) for name in LOGGED)

    def has_values(self, name: str, expected: Sequence[float]) -> bool:
        """Return whether a metric's values, by step, are the expected ones."""
        values = self.values(name)
        return len(values) == len(expected) and close(values, expected, rtol=0.0, atol=TOLERANCE)

    def values_message(self, name: str) -> str:
        """Return the logged and the expected values of a metric."""
        return f"{name} is {describe(self.values(name)[:10])}, expected {describe(self.expected(name))}"
