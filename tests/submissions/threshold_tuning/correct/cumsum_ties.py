import torch
from torch import Tensor


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    """O(n log n): sort once, running counts, and only cut where the probability changes."""
    order = torch.argsort(probabilities, descending=True)
    p = probabilities[order]
    y = targets[order].double()
    tp = y.cumsum(0)
    predicted = torch.arange(1, len(y) + 1, dtype=torch.float64)
    f1 = 2 * tp / (predicted + y.sum())
    # a threshold takes in all rows of a tie, so only the last row of each tie counts
    is_cut = torch.ones(len(p), dtype=torch.bool)
    is_cut[:-1] = p[:-1] != p[1:]
    f1[~is_cut] = -1.0
    return p[f1.argmax()].item()
