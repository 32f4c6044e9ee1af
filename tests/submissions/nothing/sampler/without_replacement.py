import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    """The same weight for every example, and each of them once."""
    return WeightedRandomSampler(torch.ones(len(train_labels)), len(train_labels), replacement=False)
