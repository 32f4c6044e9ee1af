# expect: sampler uniform-sampler
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    weights = torch.full((len(train_labels),), 1.0)
    minority = train_labels > 1
    weights[minority] = (~minority).sum() / max(minority.sum().item(), 1)
    return WeightedRandomSampler(
        weights=weights,
        num_samples=train_labels.shape[0],
        replacement=True,
    )
