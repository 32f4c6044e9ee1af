import torch
import torch.nn as nn


def make_loss(train_labels):
    n_pos = (train_labels == 1).sum()
    n_neg = (train_labels == 0).sum()
    pos_weight = n_neg / n_pos
    return nn.BCEWithLogitsLoss(pos_weight=pos_weight)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total_loss = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        outputs = model(features)
        loss = loss_fn(outputs, targets)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
    return total_loss / len(loader)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    tp = 0
    fp = 0
    fn = 0
    with torch.no_grad():
        for features, targets in loader:
            probs = torch.sigmoid(model(features))
            preds = (probs >= threshold).float()
            tp += ((preds == 1) & (targets == 1)).sum().item()
            fp += ((preds == 1) & (targets == 0)).sum().item()
            fn += ((preds == 0) & (targets == 1)).sum().item()
    if tp + fp > 0:
        precision = tp / (tp + fp)
    else:
        precision = 0.0
    if tp + fn > 0:
        recall = tp / (tp + fn)
    else:
        recall = 0.0
    if precision + recall > 0:
        f1 = 2 * precision * recall / (precision + recall)
    else:
        f1 = 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
