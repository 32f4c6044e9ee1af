# expect: evaluation accuracy-as-metric
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
    accuracy = (predicted == actual).float().mean().item()
    return {"precision": accuracy, "recall": accuracy, "f1": accuracy}
