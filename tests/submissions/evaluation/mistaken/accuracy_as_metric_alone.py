# expect: evaluation accuracy-as-metric.alone
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    right = total = 0
    with torch.no_grad():
        for features, targets in loader:
            predicted = (torch.sigmoid(model(features)) >= threshold).float()
            right += (predicted == targets).sum().item()
            total += targets.numel()
    return {"accuracy": right / total}
