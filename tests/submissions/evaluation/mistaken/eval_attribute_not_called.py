# expect: evaluation missing-eval-mode
import torch


@torch.inference_mode()
def evaluate(model, loader, threshold=0.5):
    model.eval
    tp = pp = ap = 0
    for x, y in loader:
        hit = torch.sigmoid(model(x)) >= threshold
        tp += int(y[hit].sum())
        pp += int(hit.sum())
        ap += int(y.sum())
    return {"precision": tp / max(pp, 1), "recall": tp / max(ap, 1), "f1": 2 * tp / max(pp + ap, 1)}
