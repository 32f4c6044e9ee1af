# expect: threshold-tuning not-the-best-threshold
# about: 0/0 where precision and recall are both 0 gives nan, and np.argmax picks the nan (whenever the highest probability belongs to a negative)
import numpy as np
from sklearn.metrics import precision_recall_curve
from torch import Tensor


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    precision, recall, thresholds = precision_recall_curve(targets.numpy(), probabilities.numpy())
    f1 = 2 * precision * recall / (precision + recall)
    return float(thresholds[np.argmax(f1[:-1])])
