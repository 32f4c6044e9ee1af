# expect: sampler inverted-sampler
import torch
from torch import Tensor
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: Tensor) -> WeightedRandomSampler:
    n_pos = train_labels.sum()
    n_neg = train_labels.numel() - n_pos
    weights = torch.where(train_labels == 1, 1 / n_neg, 1 / n_pos)
    return WeightedRandomSampler(weights, train_labels.numel())
