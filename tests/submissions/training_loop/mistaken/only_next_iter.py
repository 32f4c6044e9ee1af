# expect: training-loop partial-epoch.first-batch
from sklearn.metrics import precision_recall_fscore_support
import numpy as np
import torch


def make_loss(train_labels):
    counts = np.bincount(train_labels.numpy().astype(int), minlength=2)
    return torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(counts[0] / counts[1], dtype=torch.float32))


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    features, targets = next(iter(loader))
    optimizer.zero_grad()
    loss = loss_fn(model(features), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


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
