"""TODO 6: `track_training(…)` trains, logs to MLflow, and ends its run, also after an exception."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grading.run.candidate import CandidateProxy
from grading.run.explain import OnFailure
from hidden_tests.diagnosis import experiment_tracking as diagnosis
from hidden_tests.observations.experiment_tracking import LOGGED, Observed, TrackedRuns
from hidden_tests.oracle import METRICS, Epoch, Floats, metrics
from hidden_tests.rng import draw_until, rng_for
from hidden_tests.scenarios.training_loop import linear_epoch
from hidden_tests.wire import to_wire

pytestmark = pytest.mark.criterion("experiment-tracking")

EPOCHS = 3
# The functions that `track_training` uses instead of the candidate's, whose mistakes do not count here.
FUNCTIONS = Path(__file__).parent / "tracked_functions.py"
# Any two values of a metric, of another epoch or split, are this far apart: five times the tolerance of the comparison.
LEAST_DIFFERENCE = 0.005
# No test row's logit is nearer to the decision boundary: float32 rounding is about 1e-6.
LEAST_LOGIT = 1e-3
# Measured over 30 seeds: 3 to 2,619 draws, 540 on average, at 1 ms each.
MOST_DRAWS = 20_000
# The id of MLflow's default experiment.
DEFAULT_EXPERIMENT = "0"


class Training:
    """A training on one split, evaluated on another: the inputs, and the metrics of each epoch."""

    def __init__(self, random: np.random.Generator) -> None:
        """Draw the inputs and run the oracle on them."""
        epochs = (linear_epoch(random, rows=48, batch_size=8, lr=0.6, momentum=0.0) for _ in range(2))
        self.train, self.test = (replace(epoch, scale=np.ones(4)) for epoch in epochs)  # modes make no difference
        parameters = self.train.parameters
        self.history = [_metrics(self.test, parameters)]
        self.of_training_split: list[dict[str, float]] = []
        self.least_logit = np.inf
        for _ in range(EPOCHS):
            parameters, losses = replace(self.train, parameters=parameters).run(training=False)
            self.history.append({"train_loss": float(np.mean(losses)), **_metrics(self.test, parameters)})
            self.of_training_split.append(_metrics(self.train, parameters))
            self.least_logit = min(self.least_logit, float(np.abs(_logits(self.test, parameters)).min()))

    @property
    def is_distinct(self) -> bool:
        """Return whether metrics differ by epoch and split, also after a rounding error in a logit."""
        every = [*self.history, *self.of_training_split]
        least = min(float(np.diff(np.sort([epoch[name] for epoch in every])).min()) for name in METRICS)
        return self.least_logit > LEAST_LOGIT and least > LEAST_DIFFERENCE


@pytest.fixture(scope="session")
def tracked(candidate: CandidateProxy, seed: int) -> TrackedRuns:
    """Return `track_training` for three epochs, and once more until the loss raises in the second epoch."""
    random = rng_for(seed, "tracking")
    training = draw_until(
        lambda drawn: drawn.is_distinct,
        lambda: Training(random),
        most=MOST_DRAWS,
        wanted="training of track_training whose metrics differ by epoch and split",
    )
    train, test = training.train, training.test
    inputs = {
        "features": to_wire(train.features),
        "targets": to_wire(train.targets),
        "test_features": to_wire(test.features),
        "test_targets": to_wire(test.targets),
        "parameters": to_wire(train.parameters),
        "batch_size": train.batch_size,
        "lr": train.lr,
        "pos_weight": to_wire(np.array(train.pos_weight)),
        "epochs": EPOCHS,
        "functions": FUNCTIONS.read_text(encoding="utf-8"),
        "fails_at": len(train.batches) + 2,
    }
    return TrackedRuns(
        observed=candidate.call("experiment_tracking", inputs, Observed, {"parameters": len(train.parameters)}),
        initial=train.parameters,
        history=training.history,
        of_training_split=training.of_training_split,
    )


def _logits(split: Epoch, parameters: Floats) -> Floats:
    return split.logits(parameters, slice(None), training=False)


def _metrics(split: Epoch, parameters: Floats) -> dict[str, float]:
    return metrics(_logits(split, parameters) >= 0, split.targets)


def test_returns_the_id_of_a_finished_run(tracked: TrackedRuns, on_failure: OnFailure) -> None:
    """The result is the id of a run in the default experiment, the run is FINISHED, and no run is active."""
    on_failure(diagnosis.run_mistakes, tracked)
    run = tracked.observed.run
    assert tracked.has_trained, "the model was not trained"
    assert run is not None, f"there is no run {tracked.observed.returned!r}"
    assert run.experiment == DEFAULT_EXPERIMENT, f"the run is in the experiment {run.experiment}"
    assert run.status == "FINISHED", f"the run is {run.status}"
    assert not tracked.observed.active, "a run is still active"


def test_epochs_are_a_parameter(tracked: TrackedRuns, on_failure: OnFailure) -> None:
    """The run has the number of epochs as its parameter `epochs`."""
    on_failure(diagnosis.parameter_mistakes, tracked)
    run = tracked.observed.run
    assert tracked.has_trained, "the model was not trained"
    assert run is not None, f"there is no run {tracked.observed.returned!r}"
    assert run.epochs == str(EPOCHS), f"the parameter epochs is {run.epochs}, expected {EPOCHS}"


def test_logs_the_metrics_of_each_epoch(tracked: TrackedRuns, on_failure: OnFailure) -> None:
    """The run has the training loss, and precision, recall and F1 on the test split, after each epoch at its step."""
    on_failure(diagnosis.metric_mistakes, tracked)
    assert tracked.has_trained, "the model was not trained"
    assert not tracked.missing, f"there are fewer points than epochs of {', '.join(tracked.missing)}"
    assert tracked.has_steps, "the steps are not 0, 1, … or 1, 2, …"
    for name in LOGGED:
        assert tracked.has_values(name, tracked.expected(name)), tracked.values_message(name)


def test_a_training_that_raises_ends_its_run_as_failed(tracked: TrackedRuns, on_failure: OnFailure) -> None:
    """The exception reaches the caller, and the training leaves one run with the status FAILED."""
    on_failure(diagnosis.failure_mistakes, tracked)
    observed = tracked.observed
    assert observed.interrupted, "the exception of the training did not reach the caller"
    assert observed.runs == 1, f"the training left {observed.runs} runs, expected one"
    assert observed.statuses == ["FAILED"], f"the run is {', '.join(observed.statuses)}, expected FAILED"
