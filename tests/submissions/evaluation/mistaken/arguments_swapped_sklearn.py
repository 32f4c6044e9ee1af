# expect: evaluation swapped-metrics
from sklearn.metrics import f1_score, precision_score, recall_score
import torch


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    y_true, y_pred = [], []
    for x, y in loader:
        y_pred += (model(x).sigmoid() >= threshold).int().tolist()
        y_true += y.int().tolist()
    return {
        "precision": precision_score(y_pred, y_true, zero_division=0),
        "recall": recall_score(y_pred, y_true, zero_division=0),
        "f1": f1_score(y_pred, y_true, zero_division=0),
    }
