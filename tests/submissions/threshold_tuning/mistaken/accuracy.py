# expect: threshold-tuning not-the-best-threshold
# about: Maximises accuracy in place of F1
import torch
from torch import Tensor


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    best, best_score = 0.5, -1.0
    for t in probabilities.unique().tolist():
        predictions = (probabilities >= t).float()
        score = (predictions == targets).float().mean().item()
        if score > best_score:
            best, best_score = t, score
    return best
