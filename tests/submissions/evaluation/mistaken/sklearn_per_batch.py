# expect: evaluation averages-batches
from sklearn.metrics import f1_score, precision_score, recall_score
import numpy as np
import torch


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    scores = {"precision": [], "recall": [], "f1": []}
    for x, y in loader:
        pred = (torch.sigmoid(model(x)) >= threshold).int().numpy()
        true = y.int().numpy()
        scores["precision"].append(precision_score(true, pred, zero_division=0))
        scores["recall"].append(recall_score(true, pred, zero_division=0))
        scores["f1"].append(f1_score(true, pred, zero_division=0))
    return {name: float(np.mean(values)) for name, values in scores.items()}
