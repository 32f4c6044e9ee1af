# expect: evaluation trains-while-evaluating
import torch
from torch import nn


def learn(model, features, targets):
    """Takes a step on the data that the model is measured on."""
    logits = model(features)
    loss = nn.functional.binary_cross_entropy_with_logits(logits, targets)
    gradients = torch.autograd.grad(loss, list(model.parameters()))
    with torch.no_grad():
        for parameter, gradient in zip(model.parameters(), gradients):
            parameter -= 0.1 * gradient
        return torch.sigmoid(model(features))


def evaluate(model, loader, threshold=0.5):
    """Metrics of the positive class, with one mistake."""
    model.eval()
    predictions, labels = [], []
    with torch.enable_grad():
        for features, targets in loader:
            predictions.append(learn(model, features, targets) >= threshold)
            labels.append(targets == 1)
    predicted, actual = torch.cat(predictions), torch.cat(labels)
    hits = (predicted & actual).sum().item()
    precision = hits / predicted.sum().item() if predicted.any() else 0.0
    recall = hits / actual.sum().item() if actual.any() else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
