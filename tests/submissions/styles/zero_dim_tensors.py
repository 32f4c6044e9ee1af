import torch
from torch import nn


def make_loss(train_labels):
    with torch.no_grad():
        pw = torch.reciprocal(train_labels.mean()) - 1
    return nn.BCEWithLogitsLoss(pos_weight=pw)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = torch.zeros([], dtype=torch.float64)
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        total = total + loss.detach()
    return total / len(loader)


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    training = model.training
    model.eval()
    counts = torch.zeros(3, dtype=torch.float64)
    for features, targets in loader:
        positive = torch.sigmoid(model(features)).ge(threshold)
        counts[0] += (positive & targets.bool()).sum()
        counts[1] += positive.sum()
        counts[2] += targets.sum()
    model.train(training)
    tp, pp, ap = counts
    zero = torch.zeros_like(tp)
    return {
        "precision": torch.where(pp > 0, tp / pp.clamp(min=1), zero),
        "recall": torch.where(ap > 0, tp / ap.clamp(min=1), zero),
        "f1": torch.where(pp + ap > 0, 2 * tp / (pp + ap).clamp(min=1), zero),
    }
