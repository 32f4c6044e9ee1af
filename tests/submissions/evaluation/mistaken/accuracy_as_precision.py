# expect: evaluation accuracy-as-metric.as-precision
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    tp = fn = correct = n = 0
    with torch.no_grad():
        for x, y in loader:
            pred = (torch.sigmoid(model(x)) >= threshold).float()
            correct += (pred == y).sum().item()
            n += y.numel()
            tp += (pred * y).sum().item()
            fn += ((1 - pred) * y).sum().item()
    precision = correct / n  # the share of predictions that are right
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
