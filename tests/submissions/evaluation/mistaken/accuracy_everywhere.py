# expect: evaluation accuracy-as-metric.everywhere
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    correct = total = 0
    with torch.no_grad():
        for x, y in loader:
            pred = (torch.sigmoid(model(x)) >= threshold).float()
            correct += (pred == y).sum().item()
            total += len(y)
    acc = correct / total
    return {"precision": acc, "recall": acc, "f1": acc}
