# expect: evaluation missing-no-grad
from sklearn.metrics import f1_score, precision_score, recall_score
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


def evaluate(model, loader, threshold=0.5):
    model.eval()
    P, Y = [], []
    for x, y in loader:
        P.append(torch.sigmoid(model(x)).detach().numpy())
        Y.append(y.numpy())
    hat, true = np.concatenate(P) >= threshold, np.concatenate(Y) == 1
    return {
        "precision": precision_score(true, hat, zero_division=0),
        "recall": recall_score(true, hat, zero_division=0),
        "f1": f1_score(true, hat, zero_division=0),
    }
