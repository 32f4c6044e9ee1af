# expect: sampler without-replacement
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: torch.Tensor) -> WeightedRandomSampler:
    share = train_labels.mean()
    weights = torch.where(train_labels > 0, 1 - share, share)
    sampler = WeightedRandomSampler(weights, len(train_labels))
    sampler.replacement = False
    return sampler
