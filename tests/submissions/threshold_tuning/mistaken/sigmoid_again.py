# expect: threshold-tuning not-the-best-threshold
# about: Applies sigmoid to probabilities: the returned threshold is on the wrong scale (always over 0.5)
import torch
from torch import Tensor


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    probs = torch.sigmoid(probabilities)
    best_t, best_f1 = 0.5, 0.0
    for t in probs.unique():
        pred = (probs >= t).int()
        tp = ((pred == 1) & (targets == 1)).sum().item()
        fp = ((pred == 1) & (targets == 0)).sum().item()
        fn = ((pred == 0) & (targets == 1)).sum().item()
        f1 = 2 * tp / max(2 * tp + fp + fn, 1)
        if f1 > best_f1:
            best_f1, best_t = f1, t.item()
    return best_t
