import numpy as np
from sklearn.metrics import precision_recall_curve
from torch import Tensor


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    """Threshold with the highest F1, from the precision-recall curve."""
    y = targets.detach().cpu().numpy()
    p = probabilities.detach().cpu().numpy()
    if y.sum() == 0:
        return 0.5  # F1 is zero everywhere
    precision, recall, thresholds = precision_recall_curve(y, p)
    f1 = 2 * precision * recall / np.clip(precision + recall, 1e-12, None)
    return float(thresholds[np.argmax(f1[:-1])])
