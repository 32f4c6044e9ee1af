# expect: sampler wrong-draws
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: torch.Tensor) -> WeightedRandomSampler:
    positive = train_labels == 1
    n_pos, n_neg = positive.sum().item(), (~positive).sum().item()
    weights = torch.where(positive, 1.0 / n_pos, 1.0 / n_neg)
    return WeightedRandomSampler(weights, 2 * max(n_pos, n_neg))
