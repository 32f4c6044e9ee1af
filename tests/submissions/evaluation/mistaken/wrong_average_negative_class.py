# expect: evaluation wrong-average.negative-class
import torch
from sklearn.metrics import f1_score, precision_score, recall_score


def evaluate(model, loader, threshold=0.5):
    model.eval()
    predictions, labels = [], []
    with torch.no_grad():
        for features, targets in loader:
            predictions += (torch.sigmoid(model(features)) >= threshold).int().tolist()
            labels += targets.int().tolist()
    return {
        "precision": precision_score(labels, predictions, pos_label=0, zero_division=0),
        "recall": recall_score(labels, predictions, pos_label=0, zero_division=0),
        "f1": f1_score(labels, predictions, pos_label=0, zero_division=0),
    }
