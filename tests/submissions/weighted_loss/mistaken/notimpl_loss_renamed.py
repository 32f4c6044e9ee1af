# expect: weighted-loss not-implemented
# whole: make_loss has another name
import torch
import torch.nn as nn


def create_loss(train_labels):
    n_pos = train_labels.sum()
    n_neg = len(train_labels) - n_pos
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
    tp = fp = fn = 0
    with torch.no_grad():
        for features, targets in loader:
            preds = torch.sigmoid(model(features)) >= threshold
            actual = targets == 1
            tp += (preds & actual).sum().item()
            fp += (preds & ~actual).sum().item()
            fn += (~preds & actual).sum().item()
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
