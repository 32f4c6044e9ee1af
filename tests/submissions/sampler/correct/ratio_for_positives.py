import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    # negatives weigh 1, positives n_neg / n_pos: both classes then have the same mass
    n_pos = (train_labels == 1).sum().item()
    n_neg = (train_labels == 0).sum().item()
    weights = torch.ones(len(train_labels))
    if n_pos > 0:
        weights[train_labels == 1] = n_neg / n_pos
    return WeightedRandomSampler(weights, len(train_labels), replacement=True)
