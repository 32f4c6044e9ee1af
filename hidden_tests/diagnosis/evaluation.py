"""What an evaluation does, told by its numbers: by what they follow, and by the wrong way of computing that gives them.

What the numbers follow is told by comparison: the model's outputs in one mode are changed, and either the numbers
change or they do not. Nothing that the probe notes of the way there is asked for a point.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from grading.run.explain import Cause
from hidden_tests.compare import all_true, close, equal, unchanged
from hidden_tests.describe import describe
from hidden_tests.diagnosis.evaluation_ways import Ways
from hidden_tests.observations import evaluation as seen
from hidden_tests.oracle import METRICS, Floats, metrics
from hidden_tests.scenarios.evaluation import Scenario, Scores

# Rounding to three digits is a matter of style; with the scenarios' 150 rows, no two ways of computing lie this close.
TOLERANCE = 6e-4
# What computes the same from the same returns the same, and what does not differs by more than a thousand times this.
_SAME = 1e-6
# Of the step after an evaluation: float32.
_OF_A_STEP = 1e-5
# More departures than this at once, and anything can be explained by something.
_MAX_DEPARTURES = 3


# For each of some mistakes: which of its variants give the metrics of a run.
Variants = Mapping[str, set[str]]


@dataclass(frozen=True, kw_only=True)
class ObservedRun:
    """One run of `evaluate`, beside what it was given."""

    scenario: Scenario
    slopes: Floats
    seen: seen.ObservedRun

    @property
    def scores(self) -> Scores:
        """Those of the three metrics that are there and are numbers."""
        return {name: found.number for name, found in self.seen.metrics.items() if found.kind == "number"}

    @property
    def gives_metrics(self) -> bool:
        """Whether there are three numbers to compare."""
        return self.seen.error is None and len(self.scores) == len(METRICS)

    @property
    def moved(self) -> bool:
        """Whether the model's weight is another than before."""
        return not equal(self.seen.weight, np.ones(4))

    @property
    def message(self) -> str:
        """What was returned, and what is right."""
        if self.seen.error is not None:
            return f"it raised {self.seen.error.detail or self.seen.error.kind}"
        found = f"it returned {describe(self.scores)}" if self.gives_metrics else "it returned no three numbers"
        return f"at threshold {self.scenario.threshold:g} {found}, where {describe(self.scenario.right)} is right"

    @property
    def is_right(self) -> bool:
        """Whether the metrics are right and belong to the model as it was given."""
        return self.matches(self.scenario.right) and not self.moved

    def matches(self, expected: Scores) -> bool:
        """Whether the metrics are these."""
        return self.gives_metrics and all(abs(self.scores[name] - expected[name]) <= TOLERANCE for name in METRICS)

    @cached_property
    def explanations(self) -> Mapping[frozenset[str], Variants]:
        """The sets of mistakes that give these metrics, each with the variants that do."""
        return _explanations(self)

    def agrees_with(self, other: "ObservedRun") -> bool:
        """Whether both ended, and with the same numbers, whatever they are numbers of."""
        mine, others = self.seen.numbers, other.seen.numbers
        if self.seen.error is not None or other.seen.error is not None or len(mine) != len(others):
            return False
        return bool(mine) and unchanged(mine, others, tolerance=_SAME)

    @property
    def trace(self) -> str:
        """What is different for the caller afterwards; empty if nothing is."""
        step = self.seen.weight - self.seen.learned
        if self.moved:
            # Changing the parameters is a mistake of its own, and leaves its gradients behind.
            return "" if all_true(step != 0) else "the parameters can no longer be trained"
        if close(step, self.slopes, rtol=_OF_A_STEP, atol=_OF_A_STEP):
            return ""
        if unchanged(step, np.zeros(4), tolerance=_OF_A_STEP):
            return "the parameters can no longer be trained: gradients are switched off, or the parameters frozen"
        return f"gradients were left: the next step goes along {describe(step)}, and not along {describe(self.slopes)}"


@dataclass(frozen=True, kw_only=True)
class ComparedRuns:
    """Runs that differ in the model's outputs in one of its modes."""

    base: ObservedRun
    changed: Sequence[ObservedRun]  # for each mode, with other outputs in that one

    @property
    def first_failure(self) -> ObservedRun | None:
        """The first run that raised or returned no number."""
        runs = (self.base, *self.changed)
        return next((run for run in runs if run.seen.error is not None or not run.seen.numbers), None)

    @cached_property
    def follows(self) -> set[int]:
        """The modes whose outputs the numbers follow; none if they follow nothing, or change by themselves.

        Two modes are the most that an evaluation goes through; numbers that change whatever is changed are random.
        """
        if self.first_failure is not None:
            return set()
        found = {mode for mode, run in enumerate(self.changed) if not run.agrees_with(self.base)}
        return found if len(found) < len(self.changed) else set()


@dataclass(frozen=True, kw_only=True)
class ShiftedRuns:
    """Runs at another threshold: with logits that lie to it as those of the base lie to its own, and as they were."""

    shifted: ObservedRun
    as_before: ObservedRun


@dataclass(frozen=True, kw_only=True)
class Evaluations:
    """All runs of `evaluate`."""

    plain: Sequence[ObservedRun]  # with the default threshold, with one by name and with one by position
    undefined: Sequence[ObservedRun]  # where a ratio has a denominator of 0
    compared: ComparedRuns  # at the default threshold
    # At another threshold, and at those of the plain runs; there if the default threshold left something open.
    compared_again: ComparedRuns | None
    at_other_thresholds: Sequence[ShiftedRuns]

    @cached_property
    def follows(self) -> set[int]:
        """The modes of the model whose outputs the numbers follow."""
        again = self.compared_again.follows if self.compared_again is not None else set()
        return self.compared.follows or again

    def ran_in(self, *, training: bool = False, recording: bool = False) -> bool:
        """Whether the numbers follow outputs of training mode, or outputs that autograd recorded."""
        return any((training and mode & 1) or (recording and mode & 2) for mode in self.follows)

    @property
    def honours_threshold(self) -> bool:
        """Whether the threshold counts, given what else the function does: cut where it says, with the same result."""
        if all(run.is_right for run in self.plain[1:]):
            return True
        base = self.compared.base
        return bool(self.at_other_thresholds) and all(
            runs.shifted.agrees_with(base)
            and runs.as_before.seen.error is None
            and not runs.as_before.agrees_with(base)
            and not runs.shifted.moved
            for runs in self.at_other_thresholds
        )

    @property
    def moved(self) -> bool:
        """Whether an evaluation changed the parameters."""
        return self.compared.base.moved

    @property
    def follows_message(self) -> str:
        """Why nothing can be told from the numbers."""
        failure = self.compared.first_failure
        if failure is not None:
            return failure.message
        if not self.compared.base.seen.rows:
            return "the model was never called"
        return "the result does not depend on what the model returns"


def failure_mistakes(run: ObservedRun) -> list[str | Cause]:
    """Explain a run that gives no three numbers; empty if it does."""
    if run.seen.error is not None:
        return [Cause.of(run.seen.error)]
    if run.seen.kind == "none" or run.seen.rows == 0:
        return ["not-implemented"]
    if not run.gives_metrics:
        only_accuracy = not run.scores and any("acc" in key.lower() for key in run.seen.keys)
        return [Cause("accuracy-as-metric", "alone") if only_accuracy else "wrong-signature"]
    return []


def mode_mistakes(evaluations: Evaluations, otherwise: str) -> list[str | Cause]:
    """Explain numbers of the wrong mode by `otherwise`, and those that follow no mode by what is wrong with them."""
    if evaluations.follows:
        return [otherwise]
    failed = evaluations.compared.first_failure or evaluations.compared.base
    return failure_mistakes(failed) or metric_mistakes(evaluations.plain[0], evaluations)


def metric_mistakes(run: ObservedRun, evaluations: Evaluations) -> list[str | Cause]:
    """Explain metrics that are not right.

    What explains most of the plain runs with the fewest mistakes is preferred to what happens to explain one.
    """
    if failures := failure_mistakes(run):
        return failures
    if run.moved:
        return ["trains-while-evaluating"]
    if not evaluations.follows:
        return [Cause("wrong-probabilities", "independent")]
    runs = evaluations.plain
    wrong = [other for other in runs if other.gives_metrics and not other.is_right and not other.moved]
    if not any(other is run for other in wrong):
        return []
    choices = product(*(other.explanations.items() for other in wrong))
    together = min(
        choices,
        key=lambda chosen: (len(frozenset().union(*(ids for ids, _ in chosen))), sum(len(x) for x, _ in chosen)),
    )
    mine = next(ids for other, (ids, _) in zip(wrong, together, strict=True) if other is run)
    return [Cause(id_, _variant(id_, [found for ids, found in together if id_ in ids])) for id_ in sorted(mine)]


def _variant(id_: str, found: Sequence[Variants]) -> str:
    """Return the one variant that every run shows; empty if there is none, or more."""
    shared = set.intersection(*(variants[id_] for variants in found))
    return shared.pop() if len(shared) == 1 else ""


def _explanations(run: ObservedRun) -> Mapping[frozenset[str], Variants]:
    """Return every set of at most two mistakes that gives these metrics, or else of three, or else a guess."""
    unseen = run.seen.rows < len(run.scenario.targets)
    ways = Ways(run.scenario, run.seen.passes)
    found: dict[frozenset[str], dict[str, set[str]]] = {}
    for departures in range(1, _MAX_DEPARTURES + 1):
        for parts, scores in ways.departing(departures):
            ids = frozenset(id_ for id_, _ in parts)
            # Rows that were never looked at are a fact: whatever else there may be comes on top.
            if run.matches(scores) and unseen <= ("partial-evaluation" in ids):
                for id_, variant in parts:
                    found.setdefault(ids, {}).setdefault(id_, set()).add(variant)
        if found and departures > 1:
            break
    if not found:
        guess = _guess(run, unseen=unseen)
        return {frozenset({guess}): {guess: {""}}}
    # What explains with less is never worse, whatever the other runs are explained by.
    return {ids: variants for ids, variants in found.items() if not any(other < ids for other in found)}


def _guess(run: ObservedRun, *, unseen: bool) -> str:
    """Name what comes nearest where no wrong way of computing that is known here gives the metrics."""
    if unseen:
        return "partial-evaluation"
    if run.seen.passes > 1:
        return "misaligned-batches"
    return "wrong-probabilities" if _is_some_cut(run) else "wrong-average"


def _is_some_cut(run: ObservedRun) -> bool:
    """Whether the metrics are those of some other cut through the logits: of a wrong but monotone probability."""
    logits, targets = run.scenario.logits[0], run.scenario.targets
    return any(run.matches(metrics(logits >= cut, targets)) for cut in [*logits, np.inf])


def undefined_mistakes(evaluations: Evaluations) -> list[str | Cause]:
    """Explain an undefined ratio that is not 0.0; what fails on every loader fails here too, and is named for that."""
    return failure_mistakes(evaluations.plain[0]) or mode_mistakes(evaluations, "undefined-metric-crash")
