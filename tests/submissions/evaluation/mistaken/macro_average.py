# expect: evaluation wrong-average.macro
from sklearn.metrics import f1_score, precision_score, recall_score
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    preds, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            preds.extend((torch.sigmoid(model(x)) >= threshold).int().tolist())
            labels.extend(y.int().tolist())
    return {
        "precision": precision_score(labels, preds, average="macro", zero_division=0),
        "recall": recall_score(labels, preds, average="macro", zero_division=0),
        "f1": f1_score(labels, preds, average="macro", zero_division=0),
    }
