# expect: threshold-tuning not-the-best-threshold
# about: Shifts precision and recall by one against the thresholds: returns the threshold one below the best
import numpy as np
from sklearn.metrics import precision_recall_curve


def best_threshold(targets, probabilities):
    precision, recall, thresholds = precision_recall_curve(targets.numpy(), probabilities.numpy())
    # drop the first point: that is the "everything positive" one
    precision, recall = precision[1:], recall[1:]
    f1 = 2 * precision * recall / (precision + recall + 1e-12)
    return float(thresholds[np.argmax(f1)])
