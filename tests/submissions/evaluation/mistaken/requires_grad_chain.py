# expect: evaluation side-effects
import torch


@torch.inference_mode()
def evaluate(model, loader, threshold=0.5):
    model.eval().requires_grad_(False)
    tp = fp = fn = 0
    for x, y in loader:
        yes, true = model(x).sigmoid() >= threshold, y == 1
        tp += int((yes & true).sum())
        fp += int((yes & ~true).sum())
        fn += int((~yes & true).sum())
    return {
        "precision": tp / (tp + fp) if tp + fp else 0.0,
        "recall": tp / (tp + fn) if tp + fn else 0.0,
        "f1": 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0,
    }
