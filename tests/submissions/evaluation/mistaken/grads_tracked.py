# expect: evaluation missing-no-grad
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    tp = fp = fn = 0
    for x, y in loader:
        pred = torch.sigmoid(model(x)) >= threshold
        tp += (pred & (y == 1)).sum().item()
        fp += (pred & (y == 0)).sum().item()
        fn += (~pred & (y == 1)).sum().item()
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
