# expect: threshold-tuning not-the-best-threshold
# about: Searches a grid of 0.01 steps: misses the best cut when probabilities lie closer together or below 0.01
import numpy as np
from sklearn.metrics import f1_score


def best_threshold(targets, probabilities):
    y = targets.numpy()
    p = probabilities.numpy()
    thresholds = np.arange(0.01, 1.0, 0.01)
    scores = [f1_score(y, p >= t, zero_division=0) for t in thresholds]
    return float(thresholds[np.argmax(scores)])
