import logging
import math

import torch
from torch import nn
from torch.utils.data import DataLoader

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())


def make_loss(train_labels: torch.Tensor):
    if not isinstance(train_labels, torch.Tensor):
        raise TypeError("train_labels must be a tensor")
    if train_labels.dim() != 1:
        raise ValueError(f"expected (n,) labels, got {tuple(train_labels.shape)}")
    if train_labels.numel() == 0:
        raise ValueError("no labels")
    if not torch.all((train_labels == 0) | (train_labels == 1)):
        raise ValueError("labels must be 0 or 1")
    n_pos = int((train_labels == 1).sum())
    n_neg = int((train_labels == 0).sum())
    if n_pos == 0 or n_neg == 0:
        raise ValueError("need both classes to compute the class weight")
    loss = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(n_neg / n_pos, dtype=torch.float32))

    def loss_fn(logits, targets):
        if logits.shape != targets.shape:
            raise ValueError(f"shape mismatch {logits.shape} vs {targets.shape}")
        return loss(logits, targets)

    return loss_fn


def train_epoch(model: nn.Module, loader: DataLoader, loss_fn, optimizer) -> float:
    assert isinstance(model, nn.Module)
    assert callable(loss_fn)
    assert isinstance(optimizer, torch.optim.Optimizer)
    if len(loader) == 0:
        raise ValueError("empty loader")
    model.train()
    total, n = 0.0, 0
    for i, (features, targets) in enumerate(loader):
        assert features.ndim == 2, features.shape
        assert targets.ndim == 1, targets.shape
        optimizer.zero_grad(set_to_none=True)
        logits = model(features)
        assert logits.shape == targets.shape
        loss = loss_fn(logits, targets)
        value = loss.item()
        if not math.isfinite(value):
            raise FloatingPointError(f"loss is {value} in batch {i}")
        loss.backward()
        optimizer.step()
        total += value * len(targets)
        n += len(targets)
        logger.debug("batch %d loss %.4f", i, value)
    return total / n


def evaluate(model: nn.Module, loader: DataLoader, threshold: float = 0.5) -> dict:
    if not 0.0 <= threshold <= 1.0:
        raise ValueError("threshold must be between 0 and 1")
    previous = model.training
    model.eval()
    tp = fp = fn = tn = 0
    try:
        with torch.no_grad():
            for features, targets in loader:
                predicted = torch.sigmoid(model(features)) >= threshold
                actual = targets == 1
                assert predicted.shape == actual.shape
                tp += int(torch.sum(predicted & actual))
                fp += int(torch.sum(predicted & ~actual))
                fn += int(torch.sum(~predicted & actual))
                tn += int(torch.sum(~predicted & ~actual))
    finally:
        model.train(previous)
    precision = tp / (tp + fp) if (tp + fp) else 0.0
    recall = tp / (tp + fn) if (tp + fn) else 0.0
    f1 = 2 * precision * recall / (precision + recall) if (precision + recall) else 0.0
    for v in (precision, recall, f1):
        assert 0 <= v <= 1
    return {"precision": precision, "recall": recall, "f1": f1, "tp": tp, "fp": fp, "fn": fn, "tn": tn}
