# expect: evaluation crash | missing-no-grad
import numpy as np
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    ratio = (1 - train_labels).sum() / train_labels.sum()
    return lambda z, y: (ratio * y * F.softplus(-z) + (1 - y) * F.softplus(z)).mean()


def train_epoch(model, loader, loss_fn, optimizer):
    """Train for one epoch and return the mean loss per sample."""
    model.train()
    running, n = 0.0, 0
    for x, y in loader:
        optimizer.zero_grad(set_to_none=True)
        logits = model(x)
        loss = loss_fn(logits, y)
        loss.backward()
        optimizer.step()
        running += loss.item() * x.size(0)
        n += x.size(0)
    return running / n


def evaluate(model, loader, threshold=0.5):
    model.eval()
    hat, true = [], []
    for x, y in loader:
        hat.append(torch.sigmoid(model(x)).numpy() >= threshold)
        true.append(y.numpy() == 1)
    hat, true = np.concatenate(hat), np.concatenate(true)
    tp = (hat & true).sum()
    precision = tp / hat.sum() if hat.any() else 0.0
    recall = tp / true.sum() if true.any() else 0.0
    f1 = 2 * precision * recall / (precision + recall) if tp else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
