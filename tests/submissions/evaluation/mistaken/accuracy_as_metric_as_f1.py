# expect: evaluation accuracy-as-metric.as-f1
import torch
from sklearn.metrics import accuracy_score, precision_score, recall_score


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        batches = [(torch.sigmoid(model(x)) >= threshold, y == 1) for x, y in loader]
    predicted, actual = (torch.cat(parts).numpy() for parts in zip(*batches))
    return {
        "precision": precision_score(actual, predicted, zero_division=0),
        "recall": recall_score(actual, predicted, zero_division=0),
        "f1": accuracy_score(actual, predicted),
    }
