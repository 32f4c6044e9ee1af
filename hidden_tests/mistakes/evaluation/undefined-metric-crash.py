# expect: evaluation undefined-metric-crash
import torch


def evaluate(model, loader, threshold=0.5):
    """Metrics of the positive class, with one mistake."""
    model.eval()
    predictions, labels = [], []
    with torch.no_grad():
        for features, targets in loader:
            predictions.append(torch.sigmoid(model(features)) >= threshold)
            labels.append(targets == 1)
    predicted, actual = torch.cat(predictions), torch.cat(labels)
    hits = (predicted & actual).sum().item()
    precision = hits / predicted.sum().item()
    recall = hits / actual.sum().item()
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}
