"""TODO 6: `track_training(…)` trains, logs to MLflow, and ends its run whatever happens."""

import pytest

from grading.harness import OnFailure
from hidden_tests.diagnosis.tracking import TrackedRuns, metric_mistakes, parameter_mistakes, run_mistakes

pytestmark = pytest.mark.criterion("experiment-tracking")


def test_returns_the_id_of_a_finished_run(tracked: TrackedRuns, on_failure: OnFailure) -> None:
    """The id is that of a run in the default experiment, which is finished, and no run is left active."""
    on_failure(run_mistakes, tracked)
    assert tracked.run is not None, f"there is no run {tracked.returned!r}"
    assert tracked.run["experiment"] == "0", "it is in another experiment"
    assert tracked.run["status"] == "FINISHED" and not tracked.active, f"it is {tracked.run['status']}"


def test_epochs_are_a_parameter(tracked: TrackedRuns, on_failure: OnFailure) -> None:
    """As the parameter `epochs`."""
    on_failure(parameter_mistakes, tracked)
    assert tracked.parameters.get("epochs") == str(tracked.epochs), f"the parameters are {tracked.parameters}"


def test_logs_the_metrics_of_each_epoch(tracked: TrackedRuns, on_failure: OnFailure) -> None:
    """Training loss, precision, recall and F1 on the test split, after each epoch and with its step."""
    on_failure(metric_mistakes, tracked)
    assert tracked.is_logged, "metrics or epochs are missing"
    assert tracked.has_steps, "the steps are not those of the epochs"
    assert tracked.has_values and tracked.in_order, "the values are not those of the epochs"


def test_a_training_that_raises_ends_its_run_as_failed(tracked: TrackedRuns, on_failure: OnFailure) -> None:
    """The exception propagates, and what is left is one run with the status FAILED."""
    on_failure(lambda: ["failure-not-recorded"])
    assert tracked.raised, "the exception did not propagate"
    assert list(tracked.statuses) == ["FAILED"], f"the runs left are {tracked.statuses}"
