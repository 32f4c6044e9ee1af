# expect: evaluation trains-while-evaluating
import torch


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    counts = torch.zeros(3)
    for x, y in loader:
        hat = (torch.sigmoid(model(x)) >= threshold).float()
        counts += torch.stack([(hat * y).sum(), hat.sum(), y.sum()])
    # max-norm constraint before the next epoch
    for p in model.parameters():
        p.copy_(p * (0.5 / p.norm().clamp(min=1e-8)))
    tp, pp, ap = counts.tolist()
    return {"precision": tp / pp if pp else 0.0, "recall": tp / ap if ap else 0.0, "f1": 2 * tp / (pp + ap) if pp + ap else 0.0}
