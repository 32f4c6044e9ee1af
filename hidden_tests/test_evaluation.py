"""TODO 3: `evaluate(model, loader, threshold=0.5)` returns precision, recall and F1 of the positive class."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

import pytest

from grading.run.candidate import CandidateProxy
from grading.run.explain import OnFailure
from hidden_tests.compare import all_true, close
from hidden_tests.describe import describe
from hidden_tests.diagnosis.evaluation import metric_mistakes, mode_mistakes, undefined_mistakes
from hidden_tests.observations.evaluation import ComparedRuns, Evaluations, Observed, ScenarioRun, ShiftedRuns
from hidden_tests.oracle import Floats
from hidden_tests.rng import rng_for
from hidden_tests.scenarios.evaluation import (
    Scenario,
    at_threshold,
    with_each_mode_negated,
    with_modes,
    with_undefined_ratios,
    without_modes,
)
from hidden_tests.wire import to_float32, to_wire

pytestmark = pytest.mark.criterion("evaluation")

# Of the step after an evaluation: float32.
STEP_TOLERANCE = 1e-5
# How a run passes the threshold: the first way in the list that the function's arguments allow.
Ways = list[list[Any]]
DEFAULT: Ways = [[]]
DEFAULT_OR_HALF: Ways = [[], [0.5]]
BY_NAME: Ways = [[0.3, "name"]]
BY_POSITION: Ways = [[0.7]]


@pytest.fixture(scope="module")
def evaluations(candidate: CandidateProxy, seed: int) -> Evaluations:
    """All runs of `evaluate`, in one call, or in two if the default threshold leaves something open."""
    random = rng_for(seed, "runs")
    base, slopes = with_modes(random), to_float32(random.uniform(1.0, 2.0, 4))
    plain = [without_modes(random, threshold) for threshold in (0.5, 0.3, 0.7)]
    undefined = with_undefined_ratios(random)
    runs = run_all(
        candidate,
        slopes,
        [
            *((scenario, DEFAULT_OR_HALF) for scenario in (base, *with_each_mode_negated(base))),
            *zip(plain, (DEFAULT, BY_NAME, BY_POSITION), strict=True),
            *((scenario, DEFAULT_OR_HALF) for scenario in undefined),
        ],
    )
    evaluations = Evaluations(
        compared=ComparedRuns(base=runs[0], changed=runs[1:5]),
        plain=runs[5:8],
        undefined=runs[8:],
        compared_again=None,
        at_other_thresholds=[],
    )
    if evaluations.compared.follows and evaluations.plain[0].is_right:
        return evaluations
    high = replace(base, threshold=0.7)
    runs = run_all(
        candidate,
        slopes,
        [
            *((scenario, BY_POSITION) for scenario in (high, *with_each_mode_negated(high))),
            (at_threshold(base, 0.7), BY_POSITION),
            (replace(base, threshold=0.3), BY_NAME),
            (at_threshold(base, 0.3), BY_NAME),
        ],
    )
    return replace(
        evaluations,
        compared_again=ComparedRuns(base=runs[0], changed=runs[1:5]),
        at_other_thresholds=[
            ShiftedRuns(as_before=runs[0], shifted=runs[5]),
            ShiftedRuns(as_before=runs[6], shifted=runs[7]),
        ],
    )


def run_all(candidate: CandidateProxy, slopes: Floats, scenarios: Sequence[tuple[Scenario, Ways]]) -> list[ScenarioRun]:
    """Run `evaluate` on scenarios, each with the ways to pass the threshold, in one call."""
    inputs = [
        {
            "features": to_wire(scenario.logits.T),
            "targets": to_wire(scenario.targets),
            "batch_size": scenario.batch_size,
            "orders": to_wire(scenario.orders, "int64"),
            "slopes": to_wire(slopes),
            "ways": ways,
        }
        for scenario, ways in scenarios
    ]
    observed = candidate.call("evaluation", {"runs": inputs}, Observed, {"runs": len(inputs)})
    return [
        ScenarioRun(scenario=scenario, slopes=slopes, observed=run)
        for (scenario, _), run in zip(scenarios, observed.runs, strict=True)
    ]


def describe_metrics(run: ScenarioRun) -> str:
    """Describe the metrics that a run returned, and those that are right."""
    if run.observed.error is not None:
        return f"it raised {run.observed.error.detail or run.observed.error.kind}"
    if run.moved and run.matches(run.scenario.right):
        return "it changed the model's parameters"
    found = f"it returned {describe(run.scores)}" if run.gives_metrics else "it returned no three numbers"
    return f"at threshold {run.scenario.threshold:g} {found}, expected {describe(run.scenario.right)}"


def describe_why_nothing_follows(evaluations: Evaluations) -> str:
    """Describe a result that does not depend on the model, for which nothing else can be judged."""
    failure = evaluations.compared.first_failure
    if failure is not None:
        return describe_metrics(failure)
    if not evaluations.compared.base.observed.rows:
        return "the model was never called"
    return "the result does not depend on what the model returns"


def test_metrics_of_the_positive_class(evaluations: Evaluations, on_failure: OnFailure) -> None:
    """The metrics are those of the whole shuffled loader at the default threshold, and the model does not change."""
    run = evaluations.plain[0]

    on_failure(metric_mistakes, run, evaluations)
    assert run.matches(run.scenario.right) and not run.moved, describe_metrics(run)


def cuts_at_threshold(evaluations: Evaluations) -> bool:
    """Return whether the cut is at the threshold, whatever else the function computes wrongly.

    Logits that are moved along with the threshold give the same numbers; the unmoved ones give others.
    """
    base = evaluations.compared.base
    return bool(evaluations.at_other_thresholds) and all(
        runs.shifted.agrees_with(base)
        and runs.as_before.observed.error is None
        and not runs.as_before.agrees_with(base)
        and not runs.shifted.moved
        for runs in evaluations.at_other_thresholds
    )


def test_threshold_is_honoured(evaluations: Evaluations, on_failure: OnFailure) -> None:
    """Probabilities from the threshold up are positive, whether it is passed by name or by position."""
    runs = evaluations.plain[1:]
    wrong = [run for run in runs if not run.is_right]
    run = wrong[0] if wrong else runs[0]

    on_failure(metric_mistakes, run, evaluations)
    assert not wrong or cuts_at_threshold(evaluations), describe_metrics(run)


def test_evaluates_in_evaluation_mode(evaluations: Evaluations, on_failure: OnFailure) -> None:
    """A model that arrives in training mode is put into evaluation mode before its first batch."""
    on_failure(mode_mistakes, evaluations, "missing-eval-mode")
    assert evaluations.follows, describe_why_nothing_follows(evaluations)
    assert not evaluations.ran_in(training=True), "the result follows what the model returns in training mode"


def test_leaves_no_trace(evaluations: Evaluations, on_failure: OnFailure) -> None:
    """Afterwards gradients are recorded as before, parameters can be trained and hold no gradients."""
    run = evaluations.compared.base
    # A step of plain gradient descent along a known gradient: leftover state would change or prevent it.
    step = run.observed.weight - run.observed.learned

    on_failure(mode_mistakes, evaluations, "side-effects")
    assert evaluations.follows, describe_why_nothing_follows(evaluations)
    if run.moved:
        # Changing the parameters is a mistake of its own, and leaves its gradients behind.
        assert all_true(step != 0), "the parameters can no longer be trained"
    else:
        assert close(step, run.slopes, rtol=STEP_TOLERANCE, atol=STEP_TOLERANCE), (
            f"the next step of training goes along {describe(step)}, expected {describe(run.slopes)}: "
            "gradients were left, gradients are switched off, or the parameters are frozen"
        )


def test_records_no_gradients(evaluations: Evaluations, on_failure: OnFailure) -> None:
    """The model is called with autograd switched off."""
    on_failure(mode_mistakes, evaluations, "missing-no-grad")
    assert evaluations.follows, describe_why_nothing_follows(evaluations)
    recorded = evaluations.ran_in(recording=True) and not evaluations.moved
    assert not recorded, "the result follows what the model returns while autograd records"


def test_undefined_ratios_are_zero(evaluations: Evaluations, on_failure: OnFailure) -> None:
    """Where nothing is predicted positive, or nothing is positive, the metrics are 0.0."""
    usual = evaluations.plain[0]

    on_failure(undefined_mistakes, evaluations)
    # Zeros prove nothing if the function returns them for every loader.
    assert evaluations.follows, describe_why_nothing_follows(evaluations)
    for run in evaluations.undefined:
        assert run.gives_metrics and all(isfinite(score) for score in run.scores.values()), describe_metrics(run)
        # Mistakes in the other metrics too have already lost points in the tests above.
        assert run.matches(run.scenario.right) or not usual.is_right, describe_metrics(run)
