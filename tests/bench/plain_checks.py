"""The checks of the hidden tests as plain pytest: one process, no grader, no isolation.

There is one test for each hidden test, with the same name. Run it with
`SUBMISSION=exercise.py pytest tests/bench/plain_checks.py`.
"""

import importlib.util
import os
from typing import cast

import pytest
import torch
from sklearn.metrics import f1_score, precision_score, recall_score
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader, TensorDataset

_spec = importlib.util.spec_from_file_location("exercise", os.environ["SUBMISSION"])
assert _spec is not None
assert _spec.loader is not None
exercise = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(exercise)

torch.manual_seed(0)


class ModeSensitive(nn.Module):
    """A linear model that doubles its features in training mode and records the mode of each call."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, 1)
        self.modes: list[tuple[bool, bool]] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map features of shape (b, d) to logits of shape (b,)."""
        self.modes.append((self.training, torch.is_grad_enabled()))
        logits: torch.Tensor = self.linear(2 * x if self.training else x)
        return logits.squeeze(-1)


def labels_of(positives: int, negatives: int) -> torch.Tensor:
    """Return labels in random order, with these counts of each class."""
    labels = torch.cat([torch.ones(positives), torch.zeros(negatives)])
    return labels[torch.randperm(len(labels))]


def loader_of(rows: int, batch_size: int, shuffle: bool = False) -> DataLoader[tuple[torch.Tensor, ...]]:
    """Return a loader of random features and targets."""
    x = torch.randn(rows, 4)
    y = (x[:, 0] + torch.randn(rows) > 0.6).float()
    return DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=shuffle)


def expect_loss(labels: torch.Tensor, logits: torch.Tensor, targets: torch.Tensor) -> None:
    """Compare a loss and its gradient with those of torch in double precision."""
    weight = (labels == 0).sum() / (labels == 1).sum()
    mine, theirs = logits.double().requires_grad_(), logits.clone().requires_grad_()
    right = binary_cross_entropy_with_logits(mine, targets.double(), pos_weight=weight.double())
    right.backward()
    value = exercise.make_loss(labels)(theirs, targets)
    value.backward()
    assert float(value) == pytest.approx(float(right), rel=1e-4, abs=1e-4)
    assert theirs.grad is not None and mine.grad is not None
    assert torch.allclose(theirs.grad.double(), mine.grad, rtol=1e-4, atol=1e-4)


def expect_epoch(rows: int, batch_size: int, momentum: float) -> tuple[float, list[float], ModeSensitive]:
    """Compare the parameters after an epoch with those of a loop written out here."""
    loader = loader_of(rows, batch_size)
    mine, theirs = ModeSensitive(4), ModeSensitive(4)
    theirs.load_state_dict(mine.state_dict())
    theirs.eval()
    losses = []
    optimizer = torch.optim.SGD(mine.parameters(), lr=0.05, momentum=momentum)
    for x, y in loader:
        optimizer.zero_grad()
        loss = binary_cross_entropy_with_logits(mine(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    result = exercise.train_epoch(
        theirs,
        loader,
        binary_cross_entropy_with_logits,
        torch.optim.SGD(theirs.parameters(), lr=0.05, momentum=momentum),
    )
    assert torch.allclose(mine.linear.weight, theirs.linear.weight, rtol=1e-4, atol=1e-4)
    return result, losses, theirs


def expect_metrics(threshold: float | None) -> tuple[ModeSensitive, bool]:
    """Compare the metrics with those of scikit-learn."""
    model, loader = ModeSensitive(4), loader_of(150, 16, shuffle=True)
    x, y = cast(TensorDataset, loader.dataset).tensors
    model.eval()
    with torch.no_grad():
        predicted = torch.sigmoid(model(x)) >= (0.5 if threshold is None else threshold)
    model.train()
    model.modes.clear()
    got = (
        exercise.evaluate(model, loader) if threshold is None else exercise.evaluate(model, loader, threshold=threshold)
    )
    assert got["precision"] == pytest.approx(precision_score(y, predicted, zero_division=0), abs=1e-3)
    assert got["recall"] == pytest.approx(recall_score(y, predicted, zero_division=0), abs=1e-3)
    assert got["f1"] == pytest.approx(f1_score(y, predicted, zero_division=0), abs=1e-3)
    return model, torch.is_grad_enabled()


def test_positives_weigh_negatives_per_positive():
    expect_loss(labels_of(10, 40), torch.randn(9), labels_of(4, 5))


def test_weight_follows_the_labels():
    expect_loss(labels_of(11, 29), torch.randn(9), labels_of(4, 5))
    expect_loss(labels_of(21, 8), torch.randn(9), labels_of(4, 5))


@pytest.mark.parametrize("size", [18.0, 30.0, 50.0, 100.0, 200.0])
def test_exact_at_extreme_logits(size):
    expect_loss(labels_of(10, 40), torch.tensor([size, -size, size, -size]), torch.tensor([1.0, 1.0, 0.0, 0.0]))


def test_mean_over_the_batch():
    for rows in (4, 12):
        expect_loss(labels_of(10, 40), torch.randn(2 * rows), labels_of(rows, rows))


def test_parameters_after_one_epoch():
    expect_epoch(27, 5, 0.0)


def test_parameters_after_a_long_epoch_with_momentum():
    expect_epoch(389, 3, 0.9)


def test_trains_in_training_mode():
    assert all(training for training, _ in expect_epoch(27, 5, 0.0)[2].modes)


def test_returns_the_mean_loss():
    result, losses, _ = expect_epoch(25, 5, 0.0)
    assert float(result) == pytest.approx(sum(losses) / len(losses), abs=1e-4)


def test_result_keeps_no_graph():
    assert not getattr(expect_epoch(27, 5, 0.0)[0], "requires_grad", False)


def test_metrics_of_the_positive_class():
    expect_metrics(None)


@pytest.mark.parametrize("threshold", [0.3, 0.7])
def test_threshold_is_honoured(threshold):
    expect_metrics(threshold)


def test_evaluates_in_evaluation_mode():
    assert not any(training for training, _ in expect_metrics(None)[0].modes)


def test_leaves_no_trace():
    model, recording = expect_metrics(None)
    assert recording
    assert all(parameter.requires_grad and parameter.grad is None for parameter in model.parameters())


def test_records_no_gradients():
    assert not any(recording for _, recording in expect_metrics(None)[0].modes)


@pytest.mark.parametrize("threshold", [0.001, 0.999])
def test_undefined_ratios_are_zero(threshold):
    x = torch.randn(12, 4)
    loader = DataLoader(TensorDataset(x, torch.zeros(12)), batch_size=4)
    assert exercise.evaluate(ModeSensitive(4), loader, threshold) == {"precision": 0.0, "recall": 0.0, "f1": 0.0}
