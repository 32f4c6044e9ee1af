import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    labels = train_labels.long()
    class_counts = torch.bincount(labels, minlength=2)
    class_weights = 1.0 / class_counts.float()
    sample_weights = class_weights[labels]
    return WeightedRandomSampler(sample_weights, num_samples=len(sample_weights), replacement=True)
