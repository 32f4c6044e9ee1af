# expect: evaluation ignores-threshold
from sklearn.metrics import precision_recall_fscore_support
import numpy as np
import torch


def make_loss(train_labels):
    counts = np.bincount(train_labels.numpy().astype(int), minlength=2)
    return torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(counts[0] / counts[1], dtype=torch.float32))


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
    y_hat, y = [], []
    with torch.no_grad():
        for xb, yb in loader:
            y_hat += torch.sigmoid(model(xb)).round().int().tolist()
            y += yb.int().tolist()
    p, r, f, _ = precision_recall_fscore_support(y, y_hat, average="binary", zero_division=0)
    return {"precision": p, "recall": r, "f1": f}
