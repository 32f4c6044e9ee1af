# expect: evaluation crash
import torch


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    probs, targets = [], []
    for x, y in loader:
        probs.append(torch.sigmoid(model(x)))
        targets.append(y)
    hat = (torch.stack(probs).flatten() >= threshold).float()
    y = torch.stack(targets).flatten()
    tp = (hat * y).sum().item()
    pp, ap = hat.sum().item(), y.sum().item()
    return {"precision": tp / pp if pp else 0.0, "recall": tp / ap if ap else 0.0, "f1": 2 * tp / (pp + ap) if pp + ap else 0.0}
