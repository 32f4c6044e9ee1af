# expect: threshold-tuning not-the-best-threshold
# about: Returns the best F1, not the threshold
from sklearn.metrics import f1_score
from torch import Tensor


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    best = 0.0
    for t in probabilities.unique():
        f1 = f1_score(targets.numpy(), (probabilities >= t).numpy(), zero_division=0)
        best = max(best, f1)
    return float(best)
