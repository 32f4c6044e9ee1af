# expect: evaluation wrong-probabilities.softmax
from sklearn.metrics import f1_score, precision_score, recall_score
import numpy as np
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    counts = np.bincount(train_labels.numpy().astype(int), minlength=2)
    return torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(counts[0] / counts[1], dtype=torch.float32))


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total_loss = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
    return total_loss / len(loader)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    p, t = [], []
    with torch.no_grad():
        for x, y in loader:
            p.append(F.softmax(model(x), dim=-1) >= threshold)
            t.append(y.bool())
    p, t = torch.cat(p).numpy(), torch.cat(t).numpy()
    return {
        "precision": precision_score(t, p, zero_division=0),
        "recall": recall_score(t, p, zero_division=0),
        "f1": f1_score(t, p, zero_division=0),
    }
