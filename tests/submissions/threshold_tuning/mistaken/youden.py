# expect: threshold-tuning not-the-best-threshold
# about: Maximises TPR - FPR (Youden's J) in place of F1
import numpy as np
from sklearn.metrics import roc_curve
from torch import Tensor


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    fpr, tpr, thresholds = roc_curve(targets.numpy(), probabilities.numpy())
    # Youden's J statistic
    return float(thresholds[np.argmax(tpr - fpr)])
