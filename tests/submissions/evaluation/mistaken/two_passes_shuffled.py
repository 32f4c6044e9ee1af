# expect: evaluation misaligned-batches
# points: evaluation 17
from sklearn.metrics import precision_recall_fscore_support
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        probs = torch.cat([torch.sigmoid(model(x)) for x, _ in loader])
    targets = torch.cat([y for _, y in loader])
    p, r, f, _ = precision_recall_fscore_support(
        targets.numpy(), (probs >= threshold).numpy(), average="binary", zero_division=0
    )
    return {"precision": p, "recall": r, "f1": f}
