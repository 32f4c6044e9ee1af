# expect: training-loop missing-train-mode
from sklearn.metrics import precision_recall_fscore_support
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
    losses = []
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.train()
    return sum(losses) / len(losses)


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
