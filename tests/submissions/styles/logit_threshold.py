import math

import torch
import torch.nn.functional as F


def make_loss(train_labels):
    n = train_labels.numel()
    k = train_labels.sum().item()
    w = (n - k) / k

    def loss_fn(logits, targets):
        pos = -F.logsigmoid(logits)
        neg = -F.logsigmoid(-logits)
        return torch.mean(w * targets * pos + (1 - targets) * neg)

    return loss_fn


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    mean = 0.0
    for k, (x, y) in enumerate(loader, start=1):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        mean += (loss.item() - mean) / k  # running mean
    return mean


def evaluate(model, loader, threshold=0.5):
    # sigmoid is monotonic: compare in logit space
    cut = math.log(threshold / (1 - threshold))
    model.eval()
    tp = fp = fn = 0
    with torch.set_grad_enabled(False):
        for x, y in loader:
            hit = model(x) >= cut
            tp += (hit * y).sum().item()
            fp += (hit * (1 - y)).sum().item()
            fn += (~hit * y).sum().item()
    return {
        "precision": tp / (tp + fp) if tp + fp else 0.0,
        "recall": tp / (tp + fn) if tp + fn else 0.0,
        "f1": 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0,
    }
