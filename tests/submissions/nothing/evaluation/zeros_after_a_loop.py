import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        for features, targets in loader:
            torch.sigmoid(model(features)) >= threshold
    return {"precision": 0.0, "recall": 0.0, "f1": 0.0}
