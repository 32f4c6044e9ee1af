"""The inputs of the tests of `train_epoch`: epochs of a linear model, and how the probe takes them."""

from dataclasses import replace
from typing import Any

import numpy as np

from hidden_tests.oracle import Epoch
from hidden_tests.rng import draw_until
from hidden_tests.wire import to_float32, to_wire

# docs/requirements.md lets a solution clip gradients to a norm of 1.0 or more.
_LARGEST_GRADIENT = 0.95


def linear_epoch(random: np.random.Generator, *, rows: int, batch_size: int, lr: float, momentum: float) -> Epoch:
    """Return an epoch of random rows with four features, which evaluation mode leaves as they are."""
    features = random.normal(size=(rows, 4))
    targets = (features[:, 0] + random.normal(size=rows) > 0.6).astype(np.float64)
    parameters = random.normal(scale=0.5, size=5)
    scale = random.uniform(0.3, 0.7, 4)
    return Epoch(
        features=to_float32(features),
        targets=targets,
        batch_size=batch_size,
        parameters=to_float32(parameters),
        scale=to_float32(scale),
        evaluation_scale=np.ones(4),
        pos_weight=2.5,
        lr=lr,
        momentum=momentum,
    )


def gentle_epoch(random: np.random.Generator, *, rows: int, batch_size: int, lr: float, momentum: float) -> Epoch:
    """Return an epoch in which no gradient is as large as one: clipping to a norm of 1 is harmless in it."""

    def draw() -> Epoch:
        epoch = linear_epoch(random, rows=rows, batch_size=batch_size, lr=lr, momentum=momentum)
        return replace(epoch, features=to_float32(0.5 * epoch.features), pos_weight=1.5)

    return draw_until(
        lambda epoch: np.linalg.norm(epoch.gradients(training=True), axis=1).max() < _LARGEST_GRADIENT,
        draw,
        wanted="epoch of train_epoch with gradients below 1",
    )


def epochs_of_both_modes(random: np.random.Generator) -> tuple[Epoch, Epoch, Epoch]:
    """Return an epoch, the same with another scale in evaluation mode, and the same with another in training mode.

    The shares of positives in its batches have a mean that is not the first, the last, their sum or that of all rows.
    """
    epoch = draw_until(
        _has_distinct_means,
        lambda: gentle_epoch(random, rows=27, batch_size=5, lr=0.5, momentum=0.0),
        wanted="epoch of train_epoch with distinct shares of positives",
    )
    epoch = replace(epoch, evaluation_scale=to_float32(random.uniform(0.5, 0.7, 4)))
    other = to_float32(random.uniform(0.3, 0.4, 4))
    return epoch, replace(epoch, evaluation_scale=other), replace(epoch, scale=other)


def _has_distinct_means(epoch: Epoch) -> bool:
    shares = [float(epoch.targets[rows].mean()) for rows in epoch.batches]
    values = [0.0, shares[0], shares[-1], float(np.mean(shares)), sum(shares)]
    return float(np.diff(np.sort(values)).min()) > 0.02 and abs(float(epoch.targets.mean()) - shares[-1]) > 0.02


def epoch_to_wire(epoch: Epoch, *, training: bool, term: float = 0.0) -> dict[str, Any]:
    """Return an epoch as the probe takes it.

    Args:
        epoch: the epoch.
        training: whether its model starts in training mode.
        term: what is added to the loss of each batch, times the batch's share of positives.
    """
    return {
        "features": to_wire(np.column_stack([np.arange(len(epoch.targets)), epoch.features])),
        "targets": to_wire(epoch.targets),
        "batch_size": epoch.batch_size,
        "parameters": to_wire(epoch.parameters),
        "scales": to_wire(np.stack([epoch.evaluation_scale, epoch.scale])),
        "pos_weight": to_wire(np.array(epoch.pos_weight)),
        "term": term,
        "lr": epoch.lr,
        "momentum": epoch.momentum,
        "starts_in_training_mode": training,
    }
