import torch
from torch import Tensor
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: Tensor) -> WeightedRandomSampler:
    """Draw both classes with probability one half."""
    is_positive = train_labels > 0.5
    n_pos = is_positive.sum().clamp(min=1)
    n_neg = (~is_positive).sum().clamp(min=1)
    weights = torch.where(is_positive, 0.5 / n_pos, 0.5 / n_neg)
    return WeightedRandomSampler(weights.double(), train_labels.numel())
