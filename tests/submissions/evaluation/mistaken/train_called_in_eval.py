# expect: evaluation missing-eval-mode
import torch


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.train()
    hats, ys = [], []
    for x, y in loader:
        hats.append(model(x).sigmoid() >= threshold)
        ys.append(y == 1)
    hat, y = torch.cat(hats), torch.cat(ys)
    tp = (hat & y).sum().item()
    pp, ap = hat.sum().item(), y.sum().item()
    return {"precision": tp / pp if pp else 0.0, "recall": tp / ap if ap else 0.0, "f1": 2 * tp / (pp + ap) if pp + ap else 0.0}
