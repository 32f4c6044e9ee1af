# expect: evaluation wrong-average
# expect: evaluation missing-eval-mode
from sklearn.metrics import precision_recall_fscore_support
import torch


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    true, pred = [], []
    for x, y in loader:
        pred += (torch.sigmoid(model(x)) >= threshold).int().tolist()
        true += y.int().tolist()
    p, r, f, _ = precision_recall_fscore_support(true, pred, average="macro", zero_division=0)
    return {"precision": p, "recall": r, "f1": f}
