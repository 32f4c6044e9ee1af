# expect: weighted-loss wrong-pos-weight.root
import math

from sklearn.metrics import precision_recall_fscore_support
import numpy as np
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    p = train_labels.mean().item()
    w = torch.tensor(math.sqrt((1 - p) / p))  # the square root is less aggressive
    return lambda logits, targets: F.binary_cross_entropy_with_logits(logits, targets, pos_weight=w)


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
