# expect: evaluation wrong-average.weighted
from sklearn.metrics import precision_recall_fscore_support
import torch


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    pairs = [(model(x).sigmoid() >= threshold, y.bool()) for x, y in loader]
    hat, true = (torch.cat(c).int().numpy() for c in zip(*pairs))
    # the classes are imbalanced, so weight them
    p, r, f, _ = precision_recall_fscore_support(true, hat, average="weighted", zero_division=0)
    return {"precision": p, "recall": r, "f1": f}
