# expect: evaluation undefined-metric-crash
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        rs = [(torch.sigmoid(model(x)) >= threshold, y == 1) for x, y in loader]
    hat, y = (torch.cat(c) for c in zip(*rs))
    tp = (hat & y).sum().item()
    precision = tp / hat.sum().item() if hat.any() else 0.0
    recall = tp / y.sum().item() if y.any() else 0.0
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}
