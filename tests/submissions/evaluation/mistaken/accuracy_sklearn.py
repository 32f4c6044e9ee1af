# expect: evaluation accuracy-as-metric | wrong-average
from sklearn.metrics import accuracy_score
import torch


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    y_true, y_pred = [], []
    for x, y in loader:
        y_pred.extend((model(x).sigmoid() >= threshold).float().tolist())
        y_true.extend(y.tolist())
    score = accuracy_score(y_true, y_pred)
    return dict.fromkeys(["precision", "recall", "f1"], score)
