# expect: sampler inverted-sampler
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: torch.Tensor) -> WeightedRandomSampler:
    positives = train_labels.bool()
    ratio = (~positives).sum() / positives.sum()
    weights = torch.ones(train_labels.shape[0], dtype=torch.double)
    weights[~positives] = ratio.double()
    return WeightedRandomSampler(weights=weights, num_samples=train_labels.shape[0], replacement=True)
