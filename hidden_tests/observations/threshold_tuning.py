"""What the probe `threshold_tuning` observes of `best_threshold`, and how good the returned thresholds are."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np

from grading.run.observations import Observation, ReturnedNumber, Sized
from hidden_tests.oracle import Floats, metrics

# F1 is 2 hits / (positives + predicted positives): on at most 80 rows, two values that differ are at least
# 1 / 160² = 3.9e-5 apart.
ATOL = 1e-5


class Thresholds(Observation, frozen=True, kw_only=True):
    """The reply of the probe."""

    thresholds: Annotated[list[ReturnedNumber], Sized()]  # one for each case


@dataclass(frozen=True, kw_only=True)
class ChosenThreshold:
    """The threshold that `best_threshold` returned for one case."""

    targets: Floats
    probabilities: Floats
    returned: ReturnedNumber

    @cached_property
    def highest_f1(self) -> float:
        """Return the highest F1 at any threshold: only the probabilities themselves can change a decision."""
        return max(self._f1(threshold) for threshold in np.unique(self.probabilities))

    @cached_property
    def f1(self) -> float:
        """Return F1 at the returned threshold; 0 if it is not a number."""
        return self._f1(self.returned.number)

    @property
    def is_best(self) -> bool:
        """Return whether no other threshold has a higher F1."""
        return self.f1 >= self.highest_f1 - ATOL

    @property
    def message(self) -> str:
        """Return the returned threshold, its F1, and the highest F1."""
        returned = f"{self.returned.number:.4g}" if self.returned.kind == "number" else "no number"
        return f"best_threshold returned {returned} with F1 {self.f1:.4f}, expected F1 {self.highest_f1:.4f}"

    def _f1(self, threshold: float) -> float:
        return metrics(self.probabilities >= threshold, self.targets)["f1"]
