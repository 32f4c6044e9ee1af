# expect: weighted-loss inverted-pos-weight
from functools import partial

from sklearn.metrics import precision_recall_fscore_support
import numpy as np
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    counts = torch.bincount(train_labels.long(), minlength=2)
    return partial(F.binary_cross_entropy_with_logits, pos_weight=counts[1] / counts[0])


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
    probs, labels = [], []
    with torch.no_grad():
        for xb, yb in loader:
            probs.append(torch.sigmoid(model(xb)).numpy())
            labels.append(yb.numpy())
    probs, labels = np.concatenate(probs), np.concatenate(labels)
    p, r, f, _ = precision_recall_fscore_support(labels, probs >= threshold, average="binary", zero_division=0)
    return dict(precision=p, recall=r, f1=f)
