# expect: evaluation ignores-threshold
from sklearn.metrics import precision_recall_fscore_support
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    y_hat, y = [], []
    with torch.no_grad():
        for xb, yb in loader:
            y_hat += torch.sigmoid(model(xb)).round().int().tolist()
            y += yb.int().tolist()
    p, r, f, _ = precision_recall_fscore_support(y, y_hat, average="binary", zero_division=0)
    return {"precision": p, "recall": r, "f1": f}
