import torch
from sklearn.metrics import precision_recall_fscore_support
from sklearn.utils.class_weight import compute_class_weight
import numpy as np
from torch import nn


def make_loss(train_labels):
    y = train_labels.numpy().astype(int)
    w0, w1 = compute_class_weight("balanced", classes=np.array([0, 1]), y=y)
    # w1 / w0 == n_neg / n_pos
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor(w1 / w0, dtype=torch.float))


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    epoch_loss = torch.zeros(())
    for batch in loader:
        X, y = batch
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        epoch_loss += loss.detach()
    return epoch_loss / len(loader)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    y_true, y_prob = [], []
    with torch.no_grad():
        for X, y in loader:
            y_prob.extend(torch.sigmoid(model(X)).tolist())
            y_true.extend(y.tolist())
    y_pred = [1 if p >= threshold else 0 for p in y_prob]
    y_true = [int(t) for t in y_true]
    precision, recall, f1, _ = precision_recall_fscore_support(
        y_true, y_pred, labels=[1], average="macro", zero_division=0
    )
    return {"precision": float(precision), "recall": float(recall), "f1": float(f1)}
