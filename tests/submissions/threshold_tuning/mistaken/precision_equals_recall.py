# expect: threshold-tuning not-the-best-threshold
# about: Takes the point where precision equals recall, which is not the highest F1
import numpy as np
import torch
from sklearn.metrics import precision_recall_curve


def best_threshold(targets: torch.Tensor, probabilities: torch.Tensor) -> float:
    """F1 is the balance of precision and recall, so take the point where the two curves cross."""
    precision, recall, thresholds = precision_recall_curve(targets, probabilities)
    return float(thresholds[np.argmin(np.abs(precision[:-1] - recall[:-1]))])
