# expect: weighted-loss not-implemented | wrong-signature
from sklearn.metrics import precision_recall_fscore_support
import numpy as np
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    w = (train_labels == 0).sum() / (train_labels == 1).sum()

    def loss_fn(logits, targets):
        loss = F.binary_cross_entropy_with_logits(logits, targets, pos_weight=w)
        print("loss:", loss)

    return loss_fn


def _fit_batch(model, batch, loss_fn, optimizer):
    x, y = batch
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = [_fit_batch(model, batch, loss_fn, optimizer) for batch in loader]
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
