# expect: weighted-loss crash
from sklearn.metrics import f1_score, precision_score, recall_score
import torch
import torch.nn as nn


def make_loss(train_labels):
    n_pos = (train_labels == 1).sum()
    n_neg = (train_labels == 0).sum()
    return nn.BCEWithLogitsLoss(pos_weight=(n_neg / n_pos).cuda())


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


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    y_true, y_pred = [], []
    for x, y in loader:
        y_pred += (model(x).sigmoid() >= threshold).int().tolist()
        y_true += y.int().tolist()
    return {
        "precision": precision_score(y_true, y_pred, zero_division=0),
        "recall": recall_score(y_true, y_pred, zero_division=0),
        "f1": f1_score(y_true, y_pred, zero_division=0),
    }
