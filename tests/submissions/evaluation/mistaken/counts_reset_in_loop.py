# expect: evaluation partial-evaluation
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            tp = fp = fn = 0
            pred = torch.sigmoid(model(x)) >= threshold
            tp += (pred & (y == 1)).sum().item()
            fp += (pred & (y == 0)).sum().item()
            fn += (~pred & (y == 1)).sum().item()
    return {
        "precision": tp / (tp + fp) if tp + fp else 0.0,
        "recall": tp / (tp + fn) if tp + fn else 0.0,
        "f1": 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0,
    }
