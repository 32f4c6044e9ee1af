"""TODO 6: `track_training(…)` trains, logs to MLflow, and ends its run whatever happens."""

import pytest

from grading.run.explain import OnFailure
from hidden_tests.diagnosis.tracking import (
    TrackedRuns,
    failure_mistakes,
    metric_mistakes,
    parameter_mistakes,
    run_mistakes,
)

pytestmark = pytest.mark.criterion("experiment-tracking")


def test_returns_the_id_of_a_finished_run(tracked: TrackedRuns, on_failure: OnFailure) -> None:
    """The id is that of a run in the default experiment, which is finished, and no run is left active."""
    on_failure(run_mistakes, tracked)
    run = tracked.observed.run
    assert tracked.has_trained, "the model was not trained"
    assert run is not None, f"there is no run {tracked.observed.returned!r}"
    assert run.experiment == "0", f"the run is in the experiment {run.experiment}"
    assert run.status == "FINISHED", f"the run is {run.status}"
    assert not tracked.observed.active, "a run is left active"


def test_epochs_are_a_parameter(tracked: TrackedRuns, on_failure: OnFailure) -> None:
    """The run of the training has the number of epochs as its parameter `epochs`."""
    on_failure(parameter_mistakes, tracked)
    run = tracked.observed.run
    assert tracked.has_trained, "the model was not trained"
    assert run is not None, f"there is no run {tracked.observed.returned!r}"
    assert run.epochs == str(tracked.epochs), f"the parameter epochs is {run.epochs}, expected {tracked.epochs}"


def test_logs_the_metrics_of_each_epoch(tracked: TrackedRuns, on_failure: OnFailure) -> None:
    """Training loss, precision, recall and F1 on the test split, after each epoch and with its step."""
    on_failure(metric_mistakes, tracked)
    assert tracked.has_trained, "the model was not trained"
    assert not tracked.missing, f"there are too few points of {', '.join(tracked.missing)}"
    assert tracked.has_steps, "the steps are not those of the epochs"
    assert tracked.has_values and tracked.is_in_order, tracked.message


def test_a_training_that_raises_ends_its_run_as_failed(tracked: TrackedRuns, on_failure: OnFailure) -> None:
    """The exception propagates, and what is left is one run with the status FAILED."""
    on_failure(failure_mistakes, tracked)
    observed = tracked.observed
    assert observed.interrupted, "the exception of the training did not reach the caller"
    assert observed.runs == 1, f"{observed.runs} runs are left, expected one"
    assert observed.statuses == ["FAILED"], f"the run left is {', '.join(observed.statuses)}"
