import torch
from torch import nn
from sklearn import metrics


def make_loss(train_labels):
    neg, pos = torch.unique(train_labels, return_counts=True)[1]
    return nn.BCEWithLogitsLoss(pos_weight=neg / pos)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    L = []
    for x, y in loader:
        model.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        L.append(loss.item())
    return sum(L) / len(L)


def evaluate(model, loader, threshold=0.5):
    # zero_division defaults to "warn", which gives 0.0 and a warning
    model.eval()
    with torch.no_grad():
        pairs = [(model(x).sigmoid(), y) for x, y in loader]
    p = torch.cat([a for a, _ in pairs]) >= threshold
    y = torch.cat([b for _, b in pairs]).bool()
    return {
        "precision": metrics.precision_score(y, p),
        "recall": metrics.recall_score(y, p),
        "f1": metrics.f1_score(y, p),
        "accuracy": metrics.accuracy_score(y, p),
        "balanced_accuracy": float("nan") if not y.any() else metrics.recall_score(y, p, average="macro", zero_division=0),
    }
