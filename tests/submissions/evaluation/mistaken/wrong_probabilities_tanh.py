# expect: evaluation wrong-probabilities.tanh
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    predictions, labels = [], []
    with torch.no_grad():
        for features, targets in loader:
            predictions.append(torch.tanh(model(features)) >= threshold)
            labels.append(targets == 1)
    predicted, actual = torch.cat(predictions), torch.cat(labels)
    hits = (predicted & actual).sum().item()
    precision = hits / predicted.sum().item() if predicted.any() else 0.0
    recall = hits / actual.sum().item() if actual.any() else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
