# expect: evaluation averages-batches
from sklearn.metrics import f1_score, precision_score, recall_score
import numpy as np
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    ratio = (1 - train_labels).sum() / train_labels.sum()
    return lambda z, y: (ratio * y * F.softplus(-z) + (1 - y) * F.softplus(z)).mean()


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    batch_losses = []
    for i, (xb, yb) in enumerate(loader):
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        batch_losses.append(loss.detach().cpu().numpy())
    return float(np.mean(batch_losses))


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    scores = {"precision": [], "recall": [], "f1": []}
    for x, y in loader:
        pred = (torch.sigmoid(model(x)) >= threshold).int().numpy()
        true = y.int().numpy()
        scores["precision"].append(precision_score(true, pred, zero_division=0))
        scores["recall"].append(recall_score(true, pred, zero_division=0))
        scores["f1"].append(f1_score(true, pred, zero_division=0))
    return {name: float(np.mean(values)) for name, values in scores.items()}
