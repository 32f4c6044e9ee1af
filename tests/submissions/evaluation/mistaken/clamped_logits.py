# expect: evaluation missing-sigmoid | wrong-probabilities
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        out = [(model(x).clamp(0, 1), y) for x, y in loader]
    p = torch.cat([a for a, _ in out]) >= threshold
    y = torch.cat([b for _, b in out]) == 1
    tp, pp, ap = (p & y).sum().item(), p.sum().item(), y.sum().item()
    return {"precision": tp / pp if pp else 0.0, "recall": tp / ap if ap else 0.0, "f1": 2 * tp / (pp + ap) if pp + ap else 0.0}
