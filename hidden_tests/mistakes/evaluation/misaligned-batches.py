# expect: evaluation misaligned-batches
import torch


def evaluate(model, loader, threshold=0.5):
    """Two passes over a loader that may shuffle."""
    model.eval()
    with torch.no_grad():
        predicted = torch.cat([torch.sigmoid(model(features)) >= threshold for features, _ in loader])
    actual = torch.cat([targets for _, targets in loader]) == 1
    hits = (predicted & actual).sum().item()
    precision = hits / predicted.sum().item() if predicted.any() else 0.0
    recall = hits / actual.sum().item() if actual.any() else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
