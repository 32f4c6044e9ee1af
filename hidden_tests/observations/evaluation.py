"""What the probe `evaluation` observes of `evaluate`, with the scenario of each run, and what its numbers follow.

What the numbers follow shows by comparison: the model's outputs in one mode are changed, and either the numbers change
or they do not. Nothing that the probe notes on the way there decides about a point.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta

from grading.run.observations import Count, Floats, Observation, ReportedError, ReturnedNumber, Sized, Values, Word
from hidden_tests.compare import equal, unchanged
from hidden_tests.oracle import METRICS
from hidden_tests.scenarios.evaluation import Scenario, Scores

# Rounding to three digits is a matter of style; with the scenarios' 150 rows, no two ways of computing are this close.
TOLERANCE = 6e-4
# What computes the same from the same returns the same, and what does not differs by more than a thousand times this.
_SAME = 1e-6
# The probe keeps as many keys, and as many numbers, of what is returned.
MOST_KEPT = 20


class ObservedRun(Observation, frozen=True, kw_only=True):
    """One call of `evaluate`."""

    error: ReportedError | None
    kind: Literal["none", "mapping", "other"]  # of the result
    keys: Annotated[list[Word], Meta(max_length=MOST_KEPT)]
    # Those of the three that are among the keys.
    metrics: Annotated[dict[Literal["precision", "recall", "f1"], ReturnedNumber], Meta(max_length=3)]
    numbers: Annotated[list[float], Meta(max_length=MOST_KEPT)]  # all that the result holds, whatever it is
    # That reached the model, and how often the loader was begun. They explain: no point depends on them.
    rows: Count
    passes: Count
    weight: Annotated[Floats, Values(4)]  # the model's afterwards: all ones before
    learned: Annotated[Floats, Values(4)]  # the weight after one more step of plain gradient descent


class Observed(Observation, frozen=True, kw_only=True):
    """The reply of the probe."""

    runs: Annotated[list[ObservedRun], Sized()]


# eq=False: two runs are never the same run, and their arrays have no single truth value.
@dataclass(frozen=True, kw_only=True, eq=False)
class ScenarioRun:
    """One run of `evaluate`, with the scenario that it was run on."""

    scenario: Scenario
    slopes: Floats  # (4,): the gradient of the step after the run
    observed: ObservedRun

    @property
    def scores(self) -> Scores:
        """Return those of the three metrics that were returned and are numbers."""
        return {name: found.number for name, found in self.observed.metrics.items() if found.kind == "number"}

    @property
    def gives_metrics(self) -> bool:
        """Return whether there are three numbers to compare."""
        return self.observed.error is None and len(self.scores) == len(METRICS)

    @property
    def moved(self) -> bool:
        """Return whether the model's weight has changed."""
        return not equal(self.observed.weight, np.ones(4))

    @property
    def is_right(self) -> bool:
        """Return whether the metrics are the oracle's, and the model is as it was before."""
        return self.matches(self.scenario.right) and not self.moved

    def matches(self, expected: Scores) -> bool:
        """Return whether the metrics are the expected ones."""
        return self.gives_metrics and all(abs(self.scores[name] - expected[name]) <= TOLERANCE for name in METRICS)

    def agrees_with(self, other: "ScenarioRun") -> bool:
        """Return whether both runs returned the same numbers, whatever they are numbers of."""
        mine, others = self.observed.numbers, other.observed.numbers
        if self.observed.error is not None or other.observed.error is not None or len(mine) != len(others):
            return False
        return bool(mine) and unchanged(mine, others, tolerance=_SAME)


@dataclass(frozen=True, kw_only=True)
class ComparedRuns:
    """Runs that differ in the model's outputs in one of its modes."""

    base: ScenarioRun
    changed: Sequence[ScenarioRun]  # for each mode, with other outputs in that one

    @property
    def first_failure(self) -> ScenarioRun | None:
        """Return the first run that raised or returned no number."""
        runs = (self.base, *self.changed)
        return next((run for run in runs if run.observed.error is not None or not run.observed.numbers), None)

    @cached_property
    def follows(self) -> set[int]:
        """Return the modes whose outputs the numbers follow; none if they follow nothing, or change by themselves.

        Two modes are the most that an evaluation goes through; numbers that change whatever is changed are random.
        """
        if self.first_failure is not None:
            return set()
        found = {mode for mode, run in enumerate(self.changed) if not run.agrees_with(self.base)}
        return found if len(found) < len(self.changed) else set()


@dataclass(frozen=True, kw_only=True)
class ShiftedRuns:
    """Two runs at another threshold than the base's: one with its logits moved along, one with its logits unmoved."""

    shifted: ScenarioRun
    as_before: ScenarioRun


@dataclass(frozen=True, kw_only=True)
class Evaluations:
    """All runs of `evaluate`."""

    plain: Sequence[ScenarioRun]  # with the default threshold, with one by name and with one by position
    undefined: Sequence[ScenarioRun]  # where a ratio has a denominator of 0
    compared: ComparedRuns  # at the default threshold
    # At another threshold, and at those of the plain runs; there if the default threshold left something open.
    compared_again: ComparedRuns | None
    at_other_thresholds: Sequence[ShiftedRuns]

    @cached_property
    def follows(self) -> set[int]:
        """Return the modes of the model whose outputs the numbers follow."""
        again = self.compared_again.follows if self.compared_again is not None else set()
        return self.compared.follows or again

    def ran_in(self, *, training: bool = False, recording: bool = False) -> bool:
        """Return whether the numbers follow outputs of training mode, or outputs that autograd recorded."""
        return any((training and mode & 1) or (recording and mode & 2) for mode in self.follows)

    @property
    def moved(self) -> bool:
        """Return whether an evaluation changed the parameters."""
        return self.compared.base.moved
