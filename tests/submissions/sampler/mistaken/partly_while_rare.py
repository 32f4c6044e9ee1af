# expect: sampler partly-balanced
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    """Positives weigh n_neg / n_pos, and never below 1: nothing is done where they are the majority."""
    positives = train_labels.sum()
    ratio = ((len(train_labels) - positives) / positives).clamp(min=1.0)
    return WeightedRandomSampler(torch.where(train_labels == 1, ratio, 1.0), len(train_labels))
