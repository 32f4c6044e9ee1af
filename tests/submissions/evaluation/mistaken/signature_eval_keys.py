# expect: evaluation wrong-signature
from sklearn.metrics import precision_recall_fscore_support
import torch


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    pairs = [(model(x).sigmoid() >= threshold, y.bool()) for x, y in loader]
    hat, true = (torch.cat(c).numpy() for c in zip(*pairs))
    p, r, f, _ = precision_recall_fscore_support(true, hat, average="binary", zero_division=0)
    return {"Precision": p, "Recall": r, "F1-Score": f}
