import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import fbeta_score, precision_score, recall_score


def make_loss(train_labels):
    labels = train_labels.detach().cpu().numpy()
    hist, _ = np.histogram(labels, bins=2, range=(0, 1))
    ratio = np.float32(hist[0] / hist[1])

    def loss(logits, targets):
        w = torch.ones_like(targets).masked_fill(targets == 1, float(ratio))
        return F.binary_cross_entropy_with_logits(logits, targets, weight=w, reduction="mean")

    return loss


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    log = []
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        log.append(loss.detach().numpy())
    return np.float32(np.mean(log))


def evaluate(model, loader, threshold=0.5):
    model.eval()
    P, Y = [], []
    with torch.no_grad():
        for x, y in loader:
            P.append(torch.sigmoid(model(x)).numpy())
            Y.append(y.numpy())
    P = np.hstack(P) >= threshold
    Y = np.hstack(Y).astype(bool)
    return {
        "precision": np.float32(precision_score(Y, P, pos_label=True, zero_division=0.0)),
        "recall": np.float32(recall_score(Y, P, pos_label=True, zero_division=0.0)),
        "f1": np.float32(fbeta_score(Y, P, beta=1, pos_label=True, zero_division=0.0)),
    }
