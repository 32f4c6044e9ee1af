"""Handles the corner cases as well."""
import torch
import torch.nn as nn
import torch.nn.functional as F

EPS = 1e-12


def make_loss(train_labels):
    n_pos = float(train_labels.sum())
    n_neg = float(len(train_labels) - n_pos)
    if n_pos == 0 or n_neg == 0:
        import warnings
        warnings.warn("only one class in the training labels: the loss is not weighted")
        return nn.BCEWithLogitsLoss()
    w = n_neg / n_pos

    def weighted(logits, targets):
        targets = targets.to(logits.dtype)
        return F.binary_cross_entropy_with_logits(
            logits.view(-1), targets.view(-1), pos_weight=logits.new_tensor(w)
        )

    return weighted


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    with torch.enable_grad():
        total = 0.0
        for features, targets in loader:
            optimizer.zero_grad()
            logits = model(features)
            loss = loss_fn(logits, targets)
            if torch.isnan(loss):
                raise RuntimeError("NaN loss")
            loss.backward()
            optimizer.step()
            total += loss.item()
    return total / len(loader)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    y_true, y_pred = [], []
    with torch.no_grad():
        for features, targets in loader:
            y_pred.append(torch.sigmoid(model(features)) > threshold)
            y_true.append(targets > 0.5)
    y_true = torch.cat(y_true)
    y_pred = torch.cat(y_pred)
    tp = (y_true & y_pred).sum().item()
    fp = (~y_true & y_pred).sum().item()
    fn = (y_true & ~y_pred).sum().item()
    precision = tp / (tp + fp + EPS)
    recall = tp / (tp + fn + EPS)
    f1 = 2 * precision * recall / (precision + recall + EPS)
    return {"precision": precision, "recall": recall, "f1": f1, "n": len(y_true), "threshold": threshold}
