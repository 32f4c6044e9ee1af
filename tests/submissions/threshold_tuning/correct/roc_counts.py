import numpy as np
import torch
from sklearn.metrics import roc_curve


def best_threshold(targets: torch.Tensor, probabilities: torch.Tensor) -> float:
    y, p = np.asarray(targets), np.asarray(probabilities)
    n_pos = int((y == 1).sum())
    n_neg = len(y) - n_pos
    if n_pos == 0 or n_neg == 0:
        # one class only: everything positive is best when all are, and nothing matters otherwise
        return float(p.min()) if n_pos else 1.0
    fpr, tpr, thresholds = roc_curve(y, p, drop_intermediate=False)
    tp, fp = tpr * n_pos, fpr * n_neg
    f1 = 2 * tp / (tp + fp + n_pos)
    return float(thresholds[np.argmax(f1)])
