# expect: evaluation partial-evaluation.first-batch
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    x, y = next(iter(loader))
    with torch.no_grad():
        pred = torch.sigmoid(model(x)) >= threshold
    tp = y[pred].sum().item()
    precision = tp / pred.sum().item() if pred.any() else 0.0
    recall = tp / y.sum().item() if y.any() else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
