# expect: evaluation swapped-metrics
from sklearn.metrics import confusion_matrix
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    cm = 0
    with torch.no_grad():
        for x, y in loader:
            hat = (torch.sigmoid(model(x)) >= threshold).int()
            cm = cm + confusion_matrix(y.int(), hat, labels=[0, 1])
    tn, fn, fp, tp = cm.ravel()
    return {
        "precision": tp / (tp + fp) if tp + fp else 0.0,
        "recall": tp / (tp + fn) if tp + fn else 0.0,
        "f1": 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0,
    }
