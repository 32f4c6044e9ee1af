# expect: sampler without-replacement
import torch
from torch import Tensor
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: Tensor) -> WeightedRandomSampler:
    counts = torch.bincount(train_labels.long(), minlength=2)
    weights = (1.0 / counts.double())[train_labels.long()]
    return WeightedRandomSampler(weights, len(train_labels), replacement=False)
