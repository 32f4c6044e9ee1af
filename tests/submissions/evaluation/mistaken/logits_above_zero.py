# expect: evaluation ignores-threshold
import torch


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    tp = pp = ap = 0
    for x, y in loader:
        hit = model(x) > 0  # sigmoid(0) == 0.5
        tp += int(y[hit].sum())
        pp += int(hit.sum())
        ap += int(y.sum())
    return {"precision": tp / max(pp, 1), "recall": tp / max(ap, 1), "f1": 2 * tp / max(pp + ap, 1)}
