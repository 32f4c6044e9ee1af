# expect: evaluation wrong-signature
import torch


THRESHOLD = 0.5


def evaluate(model, loader):
    model.eval()
    tp = pp = ap = 0
    with torch.no_grad():
        for x, y in loader:
            hit = torch.sigmoid(model(x)) >= THRESHOLD
            tp += int(y[hit].sum())
            pp += int(hit.sum())
            ap += int(y.sum())
    return {"precision": tp / max(pp, 1), "recall": tp / max(ap, 1), "f1": 2 * tp / max(pp + ap, 1)}
