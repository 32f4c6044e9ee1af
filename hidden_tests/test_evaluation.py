"""TODO 3: `evaluate(model, loader, threshold=0.5)` returns precision, recall and F1 of the positive class."""

import pytest

from grading.harness import OnFailure
from hidden_tests.diagnosis.evaluation import ObservedRun, failure_or, metric_mistakes
from hidden_tests.oracle import METRICS

pytestmark = pytest.mark.criterion("evaluation")


def test_metrics_of_the_positive_class(plain_runs: list[ObservedRun], on_failure: OnFailure) -> None:
    """Over the whole of a shuffled loader, at the default threshold, of the model as it was given."""
    run = plain_runs[0]

    on_failure(metric_mistakes, run, plain_runs)
    assert run.is_right, run.told


def test_threshold_is_honoured(plain_runs: list[ObservedRun], on_failure: OnFailure) -> None:
    """Probabilities from the threshold up are positive, be it given by name or by position."""
    for run in plain_runs[1:]:
        on_failure(metric_mistakes, run, plain_runs)
        assert run.is_right, run.told


def test_evaluates_in_evaluation_mode(mode_run: ObservedRun, on_failure: OnFailure) -> None:
    """A model that arrives in training mode is put into evaluation mode before its first batch."""
    on_failure(failure_or, mode_run, "missing-eval-mode")
    assert mode_run.modes, "the model was never called"
    assert not mode_run.ran_in(training=True), "a batch was evaluated in training mode"


def test_leaves_no_trace(mode_run: ObservedRun, on_failure: OnFailure) -> None:
    """Afterwards gradients are recorded as before, parameters can be trained and hold no gradients."""
    on_failure(failure_or, mode_run, "side-effects")
    assert mode_run.modes, "the model was never called"
    assert mode_run.recording_after, "gradients stay switched off"
    assert mode_run.trainable_after, "parameters stay frozen"
    assert mode_run.moved or not mode_run.gradients_left, "gradients were left in the parameters"


def test_records_no_gradients(mode_run: ObservedRun, on_failure: OnFailure) -> None:
    """The model is called with autograd switched off."""
    on_failure(failure_or, mode_run, "missing-no-grad")
    assert mode_run.modes, "the model was never called"
    assert mode_run.moved or not mode_run.ran_in(recording=True), "the model was called with autograd recording"


def test_undefined_ratios_are_zero(
    undefined_runs: list[ObservedRun], plain_runs: list[ObservedRun], on_failure: OnFailure
) -> None:
    """Where nothing is predicted positive, or nothing is positive, the metrics are 0.0."""
    usual = plain_runs[0]
    for run in undefined_runs:
        # What fails on every loader fails here too, and is named for that.
        on_failure(failure_or, usual, "undefined-metric-crash")
        assert run.error is None and run.gives_metrics, "no three numbers came back"
        finite = all(abs(run.scores[name]) < float("inf") for name in METRICS)
        assert finite, run.told
        assert run.matches(run.scene.right) or not usual.is_right, run.told
