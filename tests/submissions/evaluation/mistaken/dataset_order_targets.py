# expect: evaluation misaligned-batches
# points: evaluation 17
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    probs = []
    with torch.no_grad():
        for x, _ in loader:
            probs.append(torch.sigmoid(model(x)))
    y = torch.stack([t for _, t in loader.dataset])
    pred = (torch.cat(probs) >= threshold).float()
    tp = (pred * y).sum().item()
    precision = tp / pred.sum().item() if pred.sum() else 0.0
    recall = tp / y.sum().item() if y.sum() else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
