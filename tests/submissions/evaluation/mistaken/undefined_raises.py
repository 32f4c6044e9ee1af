# expect: evaluation undefined-metric-crash
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    tp = fp = fn = 0
    with torch.no_grad():
        for x, y in loader:
            yes = torch.sigmoid(model(x)) >= threshold
            tp += int((yes & (y == 1)).sum())
            fp += int((yes & (y == 0)).sum())
            fn += int((~yes & (y == 1)).sum())
    if tp + fp == 0:
        raise ValueError("the model predicts no positives: precision is undefined")
    precision = tp / (tp + fp)
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
