# expect: evaluation averages-batches
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    acc = torch.zeros(3)
    n = 0
    with torch.no_grad():
        for x, y in loader:
            hat = (torch.sigmoid(model(x)) >= threshold).float()
            tp = (hat * y).sum()
            p = tp / hat.sum().clamp(min=1)
            r = tp / y.sum().clamp(min=1)
            f = 2 * tp / (hat.sum() + y.sum()).clamp(min=1)
            acc += torch.stack([p, r, f]) * len(y)
            n += len(y)
    p, r, f = (acc / n).tolist()
    return {"precision": p, "recall": r, "f1": f}
