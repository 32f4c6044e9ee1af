# expect: evaluation averages-batches
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    precisions, recalls, f1s = [], [], []
    with torch.no_grad():
        for x, y in loader:
            pred = torch.sigmoid(model(x)) >= threshold
            tp = (pred & (y == 1)).sum().item()
            fp = (pred & (y == 0)).sum().item()
            fn = (~pred & (y == 1)).sum().item()
            p = tp / (tp + fp) if tp + fp else 0.0
            r = tp / (tp + fn) if tp + fn else 0.0
            precisions.append(p)
            recalls.append(r)
            f1s.append(2 * p * r / (p + r) if p + r else 0.0)
    n = len(loader)
    return {"precision": sum(precisions) / n, "recall": sum(recalls) / n, "f1": sum(f1s) / n}
