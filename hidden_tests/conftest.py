"""What pytest collects, and the scenarios of two criteria: run once each, with what was observed in them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grading.run.candidate import CandidateProxy
from hidden_tests.batches import Inputs, batch_sizes, batches_to_wire, extreme_batches, moderate_batch
from hidden_tests.diagnosis import focal
from hidden_tests.diagnosis.tracking import TrackedRuns, instead
from hidden_tests.observations import experiment_tracking, focal_loss
from hidden_tests.observations.measured_loss import measured
from hidden_tests.oracle import METRICS, Epoch, Floats, metrics
from hidden_tests.rng import rng_for
from hidden_tests.scenarios.training_loop import linear_epoch
from hidden_tests.wire import to_wire

# The handout's tests are for candidates, and no other folder has any: looking takes longer than a test.
collect_ignore = [path.name for path in Path(__file__).parent.iterdir() if path.is_dir()]

# --- TODO 5 ---------------------------------------------------------------------------------------------------------

# Arguments of FocalLoss; the first is its defaults.
FOCAL_ARGUMENTS: tuple[list[float | None], ...] = (
    [],
    [0.0],
    [0.5],
    [1.0, None],
    [2.0, 0.25],
    [5.0, None],
    [0.0, 0.6],
    [5.0, 0.75],
)


@pytest.fixture(scope="session")
def focal_profile(candidate: CandidateProxy, seed: int) -> focal.FocalProfile:
    """`FocalLoss` with several gammas and alphas, on moderate and on extreme logits."""
    random = rng_for(seed, "focal")
    batches = [*moderate_focal_batches(random), *extreme_batches()]
    cases: list[Any] = [{"arguments": arguments} for arguments in FOCAL_ARGUMENTS]
    observed = candidate.call(
        "focal",
        {"cases": cases, "batches": batches_to_wire(batches)},
        focal_loss.Observed,
        {"cases": [{"batches": batch_sizes(batches)} for _ in FOCAL_ARGUMENTS]},
    )
    found = []
    for arguments, seen in zip(FOCAL_ARGUMENTS, observed.cases, strict=True):
        gamma, alpha = [*arguments, *[2.0, None][len(arguments) :]]
        assert gamma is not None
        moderate, extreme = measured(batches, seen)
        found.append(focal.Case(gamma=gamma, alpha=alpha, moderate=moderate, extreme=extreme))
    return focal.FocalProfile(found)


def moderate_focal_batches(random: np.random.Generator) -> list[Inputs]:
    """Draw the batches that tell focal losses apart."""
    return [moderate_batch(random, of_each) for of_each in ((2, 4), (5, 3))]


# --- TODO 6 ---------------------------------------------------------------------------------------------------------

TRACKED_EPOCHS = 3
Metrics = dict[str, float]


@pytest.fixture(scope="session")
def tracked(candidate: CandidateProxy, seed: int) -> TrackedRuns:
    """`track_training` for three epochs, and once more until the second epoch raises."""
    first, test, after, on_training = _telling_training(rng_for(seed, "tracking"))
    observed = candidate.call(
        "tracking",
        {
            "features": to_wire(first.features),
            "targets": to_wire(first.targets),
            "test_features": to_wire(test.features),
            "test_targets": to_wire(test.targets),
            "parameters": to_wire(first.parameters),
            "batch_size": first.batch_size,
            "lr": first.lr,
            "pos_weight": to_wire(np.array(first.pos_weight)),
            "epochs": TRACKED_EPOCHS,
            "functions": (Path(__file__).parent / "tracked_functions.py").read_text(encoding="utf-8"),
            "fails_at": len(first.batches) + 2,
        },
        experiment_tracking.Observed,
        {"parameters": len(first.parameters)},
    )
    return TrackedRuns(
        observed=observed,
        initial=first.parameters,
        expected={name: [epoch[name] for epoch in after[1:]] for name in ("train_loss", *METRICS)},
        others=instead(after, on_training),
    )


def _telling_training(
    random: np.random.Generator,
) -> tuple[Epoch, Epoch, list[dict[str, float]], list[dict[str, float]]]:
    """Draw until the metrics tell epochs and splits apart, also with a rounding error in a logit.

    Returns:
        The first epoch on the training split, the same on the test split, the loss and the test split's metrics after
        each epoch and before the first, and the training split's metrics after each epoch.
    """
    while True:
        first, test = (linear_epoch(random, rows=48, batch_size=8, lr=0.6, momentum=0.0) for _ in range(2))
        first, test = (replace(epoch, scale=np.ones(4)) for epoch in (first, test))
        parameters, clear = first.parameters, True
        after, on_training = [_measured(test, parameters)], [_measured(first, parameters)]
        for _ in range(TRACKED_EPOCHS):
            parameters, losses = replace(first, parameters=parameters).run(training=False)
            clear = clear and np.abs(test.logits(parameters, slice(None), training=False)).min() > 1e-3
            after.append({"train_loss": float(np.mean(losses)), **_measured(test, parameters)})
            on_training.append(_measured(first, parameters))
        for name in METRICS:
            values = [of[name] for of in (*after, *on_training)]
            clear = clear and float(np.diff(np.sort(values)).min()) > 0.005
        if clear:
            return first, test, after, on_training[1:]


def _measured(epoch: Epoch, parameters: Floats) -> dict[str, float]:
    return metrics(epoch.logits(parameters, slice(None), training=False) >= 0, epoch.targets)
