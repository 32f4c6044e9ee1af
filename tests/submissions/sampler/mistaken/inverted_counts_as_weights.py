# expect: sampler inverted-sampler
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    labels = train_labels.long()
    class_counts = torch.bincount(labels, minlength=2)
    weights = class_counts[labels].float()
    return WeightedRandomSampler(weights, len(weights), replacement=True)
