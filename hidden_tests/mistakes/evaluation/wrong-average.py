# expect: evaluation wrong-average
import torch
from sklearn.metrics import f1_score, precision_score, recall_score


def evaluate(model, loader, threshold=0.5):
    """Metrics of the positive class, with one mistake."""
    model.eval()
    predictions, labels = [], []
    with torch.no_grad():
        for features, targets in loader:
            predictions.append(torch.sigmoid(model(features)) >= threshold)
            labels.append(targets == 1)
    predicted, actual = torch.cat(predictions), torch.cat(labels)
    return {
        "precision": precision_score(actual, predicted, average="macro", zero_division=0),
        "recall": recall_score(actual, predicted, average="macro", zero_division=0),
        "f1": f1_score(actual, predicted, average="macro", zero_division=0),
    }
