"""TODO 3: `evaluate(model, loader, threshold=0.5)` returns precision, recall and F1 of the positive class."""

from math import isfinite

import pytest

from grading.run.explain import OnFailure
from hidden_tests.diagnosis.evaluation import Evaluations, metric_mistakes, mode_mistakes, undefined_mistakes

pytestmark = pytest.mark.criterion("evaluation")


def test_metrics_of_the_positive_class(evaluations: Evaluations, on_failure: OnFailure) -> None:
    """Over the whole of a shuffled loader, at the default threshold, of the model as it was given."""
    run = evaluations.plain[0]

    on_failure(metric_mistakes, run, evaluations)
    assert run.is_right, run.message


def test_threshold_is_honoured(evaluations: Evaluations, on_failure: OnFailure) -> None:
    """Probabilities from the threshold up are positive, be it given by name or by position."""
    run = next((run for run in evaluations.plain[1:] if not run.is_right), evaluations.plain[1])

    on_failure(metric_mistakes, run, evaluations)
    assert evaluations.honours_threshold, run.message


def test_evaluates_in_evaluation_mode(evaluations: Evaluations, on_failure: OnFailure) -> None:
    """A model that arrives in training mode is put into evaluation mode before its first batch."""
    on_failure(mode_mistakes, evaluations, "missing-eval-mode")
    assert evaluations.follows, evaluations.follows_message
    assert not evaluations.ran_in(training=True), "the result follows what the model returns in training mode"


def test_leaves_no_trace(evaluations: Evaluations, on_failure: OnFailure) -> None:
    """Afterwards gradients are recorded as before, parameters can be trained and hold no gradients."""
    on_failure(mode_mistakes, evaluations, "side-effects")
    assert evaluations.follows, evaluations.follows_message
    trace = evaluations.compared.base.trace
    assert not trace, trace


def test_records_no_gradients(evaluations: Evaluations, on_failure: OnFailure) -> None:
    """The model is called with autograd switched off."""
    on_failure(mode_mistakes, evaluations, "missing-no-grad")
    assert evaluations.follows, evaluations.follows_message
    recorded = evaluations.ran_in(recording=True) and not evaluations.moved
    assert not recorded, "the result follows what the model returns while autograd records"


def test_undefined_ratios_are_zero(evaluations: Evaluations, on_failure: OnFailure) -> None:
    """Where nothing is predicted positive, or nothing is positive, the metrics are 0.0."""
    on_failure(undefined_mistakes, evaluations)
    # Zeros say nothing of a function that returns them whatever it is given.
    assert evaluations.follows, evaluations.follows_message
    usual = evaluations.plain[0]
    for run in evaluations.undefined:
        assert run.gives_metrics and all(isfinite(score) for score in run.scores.values()), run.message
        assert run.matches(run.scenario.right) or not usual.is_right, run.message
