# expect: evaluation partial-evaluation.last-batch
from sklearn.metrics import precision_recall_fscore_support
import torch
import torch.nn as nn


def make_loss(train_labels):
    n_pos = (train_labels == 1).sum()
    n_neg = (train_labels == 0).sum()
    return nn.BCEWithLogitsLoss(pos_weight=n_neg / n_pos)


def _fit_batch(model, batch, loss_fn, optimizer):
    x, y = batch
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = [_fit_batch(model, batch, loss_fn, optimizer) for batch in loader]
    return sum(losses) / len(losses)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        for features, targets in loader:
            probs = torch.sigmoid(model(features))
    preds = (probs >= threshold).int().numpy()
    p, r, f, _ = precision_recall_fscore_support(targets.int().numpy(), preds, average="binary", zero_division=0)
    return {"precision": float(p), "recall": float(r), "f1": float(f)}
