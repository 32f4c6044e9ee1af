# expect: weighted-loss hardcoded-pos-weight
# expect: evaluation partial-evaluation
import torch
import torch.nn as nn


def make_loss(train_labels):
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor(4.0))


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            pred = torch.sigmoid(model(x)) >= threshold
    tp = (pred & (y == 1)).sum().item()
    fp = (pred & (y == 0)).sum().item()
    fn = (~pred & (y == 1)).sum().item()
    p = tp / (tp + fp) if tp + fp else 0.0
    r = tp / (tp + fn) if tp + fn else 0.0
    return {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if p + r else 0.0}
