# expect: evaluation partial-evaluation
import torch


def evaluate(model, loader, threshold=0.5):
    """Each batch overwrites the previous one."""
    model.eval()
    with torch.no_grad():
        for features, targets in loader:
            predicted = torch.sigmoid(model(features)) >= threshold
            actual = targets == 1
    hits = (predicted & actual).sum().item()
    precision = hits / predicted.sum().item() if predicted.any() else 0.0
    recall = hits / actual.sum().item() if actual.any() else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
