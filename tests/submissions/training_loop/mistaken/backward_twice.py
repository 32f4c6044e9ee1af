# expect: training-loop wrong-gradient.multiplied
from sklearn.metrics import precision_recall_fscore_support
import numpy as np
import torch
import torch.nn as nn


def make_loss(train_labels):
    n_pos = (train_labels == 1).sum()
    n_neg = (train_labels == 0).sum()
    return nn.BCEWithLogitsLoss(pos_weight=n_neg / n_pos)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward(retain_graph=True)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


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
