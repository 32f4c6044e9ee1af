# expect: threshold-tuning not-the-best-threshold
# about: Only searches thresholds from 0.5 up
import torch
from torch import Tensor


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    # With 20 % positives a threshold under 0.5 would only add false alarms.
    best_t, best_f1 = 0.5, 0.0
    for t in sorted(set(probabilities[probabilities >= 0.5].tolist())):
        pred = probabilities >= t
        tp = int((pred & (targets == 1)).sum())
        f1 = 2 * tp / (int(pred.sum()) + int(targets.sum()))
        if f1 > best_f1:
            best_t, best_f1 = t, f1
    return best_t
