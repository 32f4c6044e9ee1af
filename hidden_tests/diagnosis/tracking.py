"""What `track_training` left in the store, compared with what training gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

# Between float32 training and the oracle; the nearest metric of another epoch differs by a hundredth.
_TOLERANCE = 1e-3


@dataclass(frozen=True, kw_only=True)
class TrackedRuns:
    """One training that went well and one that was interrupted."""

    expected: Mapping[str, Sequence[float]]  # metric: its value after each epoch
    returned: str
    run: Mapping[str, Any] | None
    active: bool
    raised: bool
    statuses: Sequence[str]

    @property
    def epochs(self) -> int:
        """How many there were."""
        return len(self.expected["train_loss"])

    @property
    def parameters(self) -> Mapping[str, str]:
        """What was logged as parameters."""
        return self.run["parameters"] if self.run else {}

    def points(self, metric: str) -> list[tuple[int, float]]:
        """What was logged of a metric, by step."""
        found = self.run["metrics"].get(metric, []) if self.run else []
        return sorted((int(step), float(value)) for step, value in found)

    @property
    def is_logged(self) -> bool:
        """Whether each metric has a point for each epoch."""
        return all(len(self.points(metric)) >= self.epochs for metric in self.expected)

    @property
    def has_steps(self) -> bool:
        """Whether the points are at steps 0, 1, … or 1, 2, …."""
        steps = [[step for step, _ in self.points(metric)] for metric in self.expected]
        return all(found in (list(range(self.epochs)), list(range(1, self.epochs + 1))) for found in steps)

    @property
    def has_values(self) -> bool:
        """Whether the points are what training gave, in whatever order."""
        for metric, values in self.expected.items():
            found = sorted(value for _, value in self.points(metric))
            if len(found) != len(values) or not np.allclose(found, sorted(values), atol=_TOLERANCE):
                return False
        return True

    @property
    def in_order(self) -> bool:
        """Whether each step has its epoch's values."""
        return all(
            np.allclose([value for _, value in self.points(metric)], values, atol=_TOLERANCE)
            for metric, values in self.expected.items()
        )


def metric_mistakes(runs: TrackedRuns) -> list[str]:
    """Explain metrics that are not in the store as they should be."""
    if runs.run is None:
        return ["no-tracked-run"]
    if not runs.is_logged:
        return ["metrics-not-logged"]
    found = []
    if not runs.has_steps:
        found.append("metrics-without-steps")
    if not runs.has_values or (runs.has_steps and not runs.in_order):
        found.append("wrong-logged-values")
    return found


def parameter_mistakes(runs: TrackedRuns) -> list[str]:
    """Explain a parameter that is not in the store."""
    return ["no-tracked-run"] if runs.run is None else ["epochs-not-logged"]


def run_mistakes(runs: TrackedRuns) -> list[str]:
    """Explain a run that is not there, or not over."""
    return ["no-tracked-run"] if runs.run is None else ["run-left-open"]
