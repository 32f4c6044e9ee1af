# expect: evaluation accuracy-as-metric.as-recall
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    tp = fp = fn = tn = 0
    with torch.no_grad():
        for x, y in loader:
            for hit, positive in zip((torch.sigmoid(model(x)) >= threshold).tolist(), (y == 1).tolist()):
                tp += hit and positive
                fp += hit and not positive
                fn += not hit and positive
                tn += not hit and not positive
    return {
        "precision": tp / (tp + fp) if tp + fp else 0.0,
        "recall": (tp + tn) / (tp + fp + fn + tn),
        "f1": 2 * tp / (2 * tp + fp + fn) if tp else 0.0,
    }
