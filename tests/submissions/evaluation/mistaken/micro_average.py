# expect: evaluation accuracy-as-metric | wrong-average
from sklearn.metrics import precision_recall_fscore_support
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    hat, true = [], []
    with torch.no_grad():
        for x, y in loader:
            hat += (torch.sigmoid(model(x)) >= threshold).int().tolist()
            true += y.int().tolist()
    p, r, f, _ = precision_recall_fscore_support(true, hat, average="micro", zero_division=0)
    return {"precision": p, "recall": r, "f1": f}
