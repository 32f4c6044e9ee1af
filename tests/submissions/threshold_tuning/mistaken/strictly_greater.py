# expect: threshold-tuning not-the-best-threshold
# about: Scores probabilities > t, so the returned value lets in one more group under >=; never tries 'everything positive'
import torch
from torch import Tensor


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    best_t, best_f1 = 0.0, 0.0
    for t in torch.unique(probabilities):
        pred = (probabilities > t).float()
        tp = (pred * targets).sum()
        fp = (pred * (1 - targets)).sum()
        fn = ((1 - pred) * targets).sum()
        f1 = (2 * tp / (2 * tp + fp + fn + 1e-8)).item()
        if f1 > best_f1:
            best_f1 = f1
            best_t = t.item()
    return best_t
