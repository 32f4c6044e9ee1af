# expect: sampler partly-balanced
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    """Halfway between the shares of the data and equal ones."""
    positives = train_labels.mean()
    balanced = torch.where(train_labels == 1, 0.5 / positives, 0.5 / (1 - positives))
    return WeightedRandomSampler(0.5 * balanced + 0.5, len(train_labels))
