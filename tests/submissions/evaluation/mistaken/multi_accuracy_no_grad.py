# expect: evaluation accuracy-as-metric | wrong-average
# expect: evaluation missing-no-grad
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    hits = n = 0
    for x, y in loader:
        hits += ((torch.sigmoid(model(x)) >= threshold) == (y == 1)).sum().item()
        n += len(y)
    return {"precision": hits / n, "recall": hits / n, "f1": hits / n}
