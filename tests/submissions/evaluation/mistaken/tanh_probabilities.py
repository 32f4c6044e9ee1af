# expect: evaluation wrong-probabilities.tanh
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        res = [(torch.tanh(model(x)) >= threshold, y == 1) for x, y in loader]
    h, y = (torch.cat(c) for c in zip(*res))
    tp, pp, ap = int((h & y).sum()), int(h.sum()), int(y.sum())
    return {"precision": tp / max(pp, 1), "recall": tp / max(ap, 1), "f1": 2 * tp / max(pp + ap, 1)}
