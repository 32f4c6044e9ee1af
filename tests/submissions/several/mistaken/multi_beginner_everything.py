# expect: weighted-loss unweighted-loss
# expect: training-loop missing-zero-grad
# expect: evaluation missing-sigmoid
import torch
import torch.nn as nn


def make_loss(train_labels):
    return nn.BCEWithLogitsLoss()


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    tp = fp = fn = 0
    with torch.no_grad():
        for x, y in loader:
            pred = model(x) >= threshold
            tp += (pred & (y == 1)).sum().item()
            fp += (pred & (y == 0)).sum().item()
            fn += (~pred & (y == 1)).sum().item()
    p = tp / (tp + fp) if tp + fp else 0.0
    r = tp / (tp + fn) if tp + fn else 0.0
    return {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if p + r else 0.0}
