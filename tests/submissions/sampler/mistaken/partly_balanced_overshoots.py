# expect: sampler partly-balanced.overshoots
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    """A stronger weight."""
    counts = torch.bincount(train_labels.long(), minlength=2).double()
    weights = (1 / counts**2)[train_labels.long()]
    return WeightedRandomSampler(weights, len(train_labels), replacement=True)
