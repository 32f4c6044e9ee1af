# expect: evaluation averages-batches
import torch


def evaluate(model, loader, threshold=0.5):
    """The mean of the batches' metrics."""
    model.eval()
    each = []
    with torch.no_grad():
        for features, targets in loader:
            predicted, actual = torch.sigmoid(model(features)) >= threshold, targets == 1
            hits = (predicted & actual).sum().item()
            precision = hits / predicted.sum().item() if predicted.any() else 0.0
            recall = hits / actual.sum().item() if actual.any() else 0.0
            each.append((precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0))
    precision, recall, f1 = torch.tensor(each).mean(dim=0).tolist()
    return {"precision": precision, "recall": recall, "f1": f1}
