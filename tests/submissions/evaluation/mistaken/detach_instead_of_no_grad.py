# expect: evaluation missing-no-grad
from sklearn.metrics import f1_score, precision_score, recall_score
import numpy as np
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    P, Y = [], []
    for x, y in loader:
        P.append(torch.sigmoid(model(x)).detach().numpy())
        Y.append(y.numpy())
    hat, true = np.concatenate(P) >= threshold, np.concatenate(Y) == 1
    return {
        "precision": precision_score(true, hat, zero_division=0),
        "recall": recall_score(true, hat, zero_division=0),
        "f1": f1_score(true, hat, zero_division=0),
    }
