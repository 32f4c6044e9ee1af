# expect: sampler inverted-sampler
import torch
from torch import Tensor
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: Tensor) -> WeightedRandomSampler:
    counts = torch.bincount(train_labels.long(), minlength=2)
    weights = counts.double()[train_labels.long()]
    return WeightedRandomSampler(weights, len(train_labels), replacement=True)
