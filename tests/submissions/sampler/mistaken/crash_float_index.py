# expect: sampler crash
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: torch.Tensor) -> WeightedRandomSampler:
    class_counts = torch.stack([(train_labels == c).sum() for c in (0, 1)])
    class_weights = 1.0 / class_counts
    sample_weights = class_weights[train_labels]
    return WeightedRandomSampler(sample_weights, len(sample_weights), replacement=True)
