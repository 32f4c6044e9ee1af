# expect: evaluation accuracy-as-metric | wrong-average
from sklearn.metrics import accuracy_score
import numpy as np
import torch


def make_loss(train_labels):
    counts = np.bincount(train_labels.numpy().astype(int), minlength=2)
    return torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(counts[0] / counts[1], dtype=torch.float32))


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


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    y_true, y_pred = [], []
    for x, y in loader:
        y_pred.extend((model(x).sigmoid() >= threshold).float().tolist())
        y_true.extend(y.tolist())
    score = accuracy_score(y_true, y_pred)
    return dict.fromkeys(["precision", "recall", "f1"], score)
