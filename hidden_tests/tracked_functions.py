"""The functions that `track_training` calls, so that mistakes in TODO 1 to 3 cost nothing in TODO 6.

They are read as text and sent into the sandbox only with the calls that need them, because they are a solution.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim import Optimizer
from torch.utils.data import DataLoader

Loader = DataLoader[tuple[Tensor, ...]]


def make_loss(pos_weight: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    """Weighted binary cross-entropy, mean over the batch."""
    return lambda logits, targets: binary_cross_entropy_with_logits(logits, targets, pos_weight=pos_weight)


def train_epoch(model: nn.Module, loader: Loader, loss_fn: Callable[..., Tensor], optimizer: Optimizer) -> float:
    """Train for one epoch and return the mean loss (TODO 2)."""
    model.train()
    losses = []
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


def evaluate(model: nn.Module, loader: Loader, threshold: float = 0.5) -> dict[str, float]:
    """Return precision, recall and F1 of the positive class (TODO 3)."""
    was_training = model.training
    model.eval()
    hits = predicted = actual = 0
    with torch.no_grad():
        for features, targets in loader:
            positive = torch.sigmoid(model(features)) >= threshold
            hits += int((positive & (targets == 1)).sum())
            predicted += int(positive.sum())
            actual += int((targets == 1).sum())
    model.train(was_training)
    precision, recall = hits / max(1, predicted), hits / max(1, actual)
    return {"precision": precision, "recall": recall, "f1": 2 * hits / max(1, predicted + actual)}
