# expect: evaluation import-error.missing-package
import torch

from .metrics import precision_recall_f1


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        pairs = [(torch.sigmoid(model(x)) >= threshold, y == 1) for x, y in loader]
    return precision_recall_f1(pairs)
