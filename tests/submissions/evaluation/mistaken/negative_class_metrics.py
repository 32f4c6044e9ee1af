# expect: evaluation wrong-average.negative-class
from sklearn.metrics import confusion_matrix
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    preds, labels = [], []
    with torch.no_grad():
        for x, y in loader:
            preds.extend((torch.sigmoid(model(x)) >= threshold).int().tolist())
            labels.extend(y.int().tolist())
    tp, fn, fp, tn = confusion_matrix(labels, preds, labels=[0, 1]).ravel()
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
