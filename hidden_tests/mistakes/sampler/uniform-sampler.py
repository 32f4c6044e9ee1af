# expect: sampler uniform-sampler
import torch
from torch import Tensor
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: Tensor) -> WeightedRandomSampler:
    weights = torch.ones(len(train_labels))
    return WeightedRandomSampler(weights, len(train_labels), replacement=True)
