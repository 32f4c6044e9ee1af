# expect: evaluation side-effects
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    for param in model.parameters():
        param.requires_grad = False
    with torch.no_grad():
        res = [((model(x).sigmoid() >= threshold).float(), y) for x, y in loader]
    hat, y = (torch.cat(c) for c in zip(*res))
    tp = (hat * y).sum().item()
    pp, ap = hat.sum().item(), y.sum().item()
    return {"precision": tp / pp if pp else 0.0, "recall": tp / ap if ap else 0.0, "f1": 2 * tp / (pp + ap) if pp + ap else 0.0}
