# expect: evaluation side-effects
# expect: evaluation missing-no-grad
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    for p in model.parameters():
        p.requires_grad_(False)
    tp = pp = ap = 0
    for x, y in loader:
        hit = torch.sigmoid(model(x)) >= threshold
        tp += int(y[hit].sum())
        pp += int(hit.sum())
        ap += int(y.sum())
    return {"precision": tp / max(pp, 1), "recall": tp / max(ap, 1), "f1": 2 * tp / max(pp + ap, 1)}
