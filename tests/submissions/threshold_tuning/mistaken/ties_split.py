# expect: threshold-tuning splits-ties
# about: Cuts inside a group of equal probabilities: scores an F1 that no threshold can reach
import torch
from torch import Tensor


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    order = probabilities.argsort(descending=True, stable=True)
    y = targets[order]
    tp = y.cumsum(0)
    k = torch.arange(1, len(y) + 1)
    f1 = 2 * tp / (k + y.sum())
    return probabilities[order][f1.argmax()].item()
