# expect: sampler not-implemented
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    labels = train_labels.long()
    weights = (1.0 / torch.bincount(labels).float())[labels]
    sampler = WeightedRandomSampler(weights, len(weights), replacement=True)
