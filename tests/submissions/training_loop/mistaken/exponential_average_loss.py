# expect: training-loop wrong-epoch-loss
from sklearn.metrics import precision_recall_fscore_support
import numpy as np
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    ratio = (1 - train_labels).sum() / train_labels.sum()
    return lambda z, y: (ratio * y * F.softplus(-z) + (1 - y) * F.softplus(z)).mean()


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    smooth = None
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        smooth = loss.item() if smooth is None else 0.9 * smooth + 0.1 * loss.item()
    return smooth


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
