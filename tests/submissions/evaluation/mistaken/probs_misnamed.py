# expect: evaluation missing-sigmoid
from sklearn.metrics import f1_score, precision_score, recall_score
import numpy as np
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    probs, ys = [], []
    with torch.no_grad():
        for x, y in loader:
            probs.append(model(x).numpy())
            ys.append(y.numpy())
    pred = (np.concatenate(probs) >= threshold).astype(int)
    ys = np.concatenate(ys).astype(int)
    kw = dict(zero_division=0)
    return {"precision": precision_score(ys, pred, **kw), "recall": recall_score(ys, pred, **kw), "f1": f1_score(ys, pred, **kw)}
