# expect: evaluation misaligned-batches
# points: evaluation 17
from sklearn.metrics import precision_recall_fscore_support
import torch
import torch.nn as nn


def make_loss(train_labels):
    n_pos = (train_labels == 1).sum()
    n_neg = (train_labels == 0).sum()
    return nn.BCEWithLogitsLoss(pos_weight=n_neg / n_pos)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total_loss = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
    return total_loss / len(loader)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        probs = torch.cat([torch.sigmoid(model(x)) for x, _ in loader])
    targets = torch.cat([y for _, y in loader])
    p, r, f, _ = precision_recall_fscore_support(
        targets.numpy(), (probs >= threshold).numpy(), average="binary", zero_division=0
    )
    return {"precision": p, "recall": r, "f1": f}
