# expect: evaluation partial-evaluation.last-batch
from sklearn.metrics import precision_recall_fscore_support
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        for features, targets in loader:
            probs = torch.sigmoid(model(features))
    preds = (probs >= threshold).int().numpy()
    p, r, f, _ = precision_recall_fscore_support(targets.int().numpy(), preds, average="binary", zero_division=0)
    return {"precision": float(p), "recall": float(r), "f1": float(f)}
