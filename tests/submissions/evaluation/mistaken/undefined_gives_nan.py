# expect: evaluation undefined-metric-crash
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    tp, pp, ap = torch.zeros(3)
    with torch.no_grad():
        for x, y in loader:
            hat = (model(x).sigmoid() >= threshold).float()
            tp = tp + (hat * y).sum()
            pp = pp + hat.sum()
            ap = ap + y.sum()
    precision, recall = tp / pp, tp / ap
    f1 = 2 * precision * recall / (precision + recall)
    return {"precision": precision.item(), "recall": recall.item(), "f1": f1.item()}
