# expect: sampler without-replacement
# expect: sampler wrong-draws
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    n_pos = int(train_labels.sum())
    n_neg = len(train_labels) - n_pos
    weights = torch.where(train_labels.bool(), 1 / n_pos, 1 / n_neg)
    return WeightedRandomSampler(weights, num_samples=2 * n_pos, replacement=False)
