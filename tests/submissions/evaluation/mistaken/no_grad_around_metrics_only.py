# expect: evaluation missing-no-grad
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    outputs, targets = [], []
    for x, y in loader:
        outputs.append(model(x))
        targets.append(y)
    with torch.no_grad():
        hat = (torch.cat(outputs).sigmoid() >= threshold).float()
        y = torch.cat(targets)
        tp = (hat * y).sum().item()
        pp, ap = hat.sum().item(), y.sum().item()
    return {"precision": tp / pp if pp else 0.0, "recall": tp / ap if ap else 0.0, "f1": 2 * tp / (pp + ap) if pp + ap else 0.0}
