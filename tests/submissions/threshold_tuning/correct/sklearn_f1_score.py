import numpy as np
from sklearn.metrics import f1_score


def best_threshold(targets, probabilities):
    y_true = targets.numpy().astype(int)
    y_prob = probabilities.numpy()
    candidates = np.unique(y_prob)
    scores = [f1_score(y_true, (y_prob >= t).astype(int), zero_division=0) for t in candidates]
    return float(candidates[int(np.argmax(scores))])
