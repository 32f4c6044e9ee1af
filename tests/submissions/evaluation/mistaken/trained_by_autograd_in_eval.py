# expect: evaluation trains-while-evaluating
import torch
import torch.nn.functional as F


def evaluate(model, loader, threshold=0.5):
    """Test-time adaptation: minimise the entropy of each batch before predicting it."""
    model.eval()
    tp = pp = ap = 0
    for x, y in loader:
        with torch.enable_grad():
            z = model(x)
            entropy = F.binary_cross_entropy_with_logits(z, torch.sigmoid(z))
            grads = torch.autograd.grad(entropy, list(model.parameters()))
        with torch.no_grad():
            for p, g in zip(model.parameters(), grads):
                p -= 0.05 * g
            hit = torch.sigmoid(model(x)) >= threshold
        tp += int(y[hit].sum())
        pp += int(hit.sum())
        ap += int(y.sum())
    return {"precision": tp / max(pp, 1), "recall": tp / max(ap, 1), "f1": 2 * tp / max(pp + ap, 1)}
