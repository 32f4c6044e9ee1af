# expect: evaluation missing-sigmoid
from sklearn.metrics import f1_score, precision_score, recall_score
from torch import nn
import numpy as np
import torch


class WeightedBCE(nn.Module):
    def __init__(self, ratio):
        super().__init__()
        self.ratio = ratio

    def forward(self, logits, targets):
        w = torch.where(targets == 1, self.ratio, 1.0)
        return nn.functional.binary_cross_entropy_with_logits(logits, targets, weight=w)


def make_loss(train_labels):
    return WeightedBCE(float((train_labels == 0).sum() / (train_labels == 1).sum()))


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
    probs, ys = [], []
    with torch.no_grad():
        for x, y in loader:
            probs.append(model(x).numpy())
            ys.append(y.numpy())
    pred = (np.concatenate(probs) >= threshold).astype(int)
    ys = np.concatenate(ys).astype(int)
    kw = dict(zero_division=0)
    return {"precision": precision_score(ys, pred, **kw), "recall": recall_score(ys, pred, **kw), "f1": f1_score(ys, pred, **kw)}
